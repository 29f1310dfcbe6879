"""One network with two remote endpoints: what is flooded reaches everybody once, what is known reaches one."""

from types import SimpleNamespace

import pytest
from lab import scene
from lab.configuration import configuration
from lab.frames import BROADCAST
from lab.station import copies_heard

MULTICAST = "01:00:5e:00:01:02"
UNKNOWN = "02:00:00:00:dd:01"
REMOTES = ["192.0.2.2", "192.0.2.3"]


@pytest.fixture(scope="module")
def blue(shared_lab):
    lab = shared_lab
    gateway = lab.gateway(configuration(scene.ports(), [scene.blue(REMOTES)]))
    switch = lab.switch()
    lab.plug(switch, gateway, "wan0")
    stations = {
        "tagged": lab.host(gateway, "lan0", "10.1.0.1/24", vlan=scene.VLAN),
        "plain": lab.host(gateway, "lan1", "10.1.0.2/24"),
    }
    for index, remote in enumerate(REMOTES):
        stations[f"vtep{index + 1}"] = lab.vtep_on(
            switch, address=f"{remote}/24", vni=scene.VNI, remotes=["192.0.2.1"], inner=[f"10.1.0.{index + 3}/24"],
            label=f"vtep{index + 1}")
    for source in stations.values():
        for target in stations.values():
            # The two endpoints do not know each other, and the gateway does not join them: split horizon.
            if source is not target and not (source.interface == target.interface == "vxlan0"):
                assert source.reaches(target.address)
    return SimpleNamespace(gateway=gateway, stations=stations)


def copies(blue, sender, target, expected):
    """How many copies of a frame from ``sender`` to the MAC ``target`` each station receives; none is left out."""
    payload, names = f"{sender} to {target}".encode(), {station: name for name, station in blue.stations.items()}
    heard = copies_heard(
        list(names), payload, lambda: blue.stations[sender].send(target, payload), [blue.stations[name] for name in expected])
    return {names[station]: count for station, count in heard.items()}


@pytest.mark.parametrize("target", [BROADCAST, MULTICAST, UNKNOWN], ids=["broadcast", "multicast", "unknown-unicast"])
@pytest.mark.parametrize("sender, hearers", [
    ("tagged", ["plain", "vtep1", "vtep2"]),
    ("plain", ["tagged", "vtep1", "vtep2"]),
    ("vtep1", ["tagged", "plain"]),
    ("vtep2", ["tagged", "plain"]),
])
def test_a_flooded_frame_reaches_everybody_else_once(blue, sender, hearers, target):
    assert copies(blue, sender, target, hearers) == {name: 1 for name in hearers}


@pytest.mark.parametrize("sender, target", [
    ("tagged", "plain"), ("tagged", "vtep1"), ("tagged", "vtep2"), ("plain", "vtep1"), ("vtep1", "tagged"), ("vtep2", "plain")])
def test_a_known_unicast_frame_reaches_only_its_target(blue, sender, target):
    assert copies(blue, sender, blue.stations[target].mac, [target]) == {target: 1}


def test_the_endpoints_learn_the_hosts_behind_the_gateway(blue):
    for name in ("vtep1", "vtep2"):
        vtep = blue.stations[name]
        vtep.forget_macs()
        assert blue.stations["tagged"].ping(vtep.address) == 3
        assert vtep.known_macs()[blue.stations["tagged"].mac] == "192.0.2.1"
