"""What the kernel's bridge has as isolated, locked and sticky ports, and learning that is off."""

import pytest
from lab import scene
from lab.counters import DropWatch
from lab.frames import BROADCAST
from lab.station import copies_heard

STRANGER = "02:00:00:00:0c:01"


def hearers(blue, sender, target, source=None):
    """Who hears a frame from one of the three stations."""
    stations = {name: getattr(blue, name) for name in ("tagged", "plain", "vtep")}
    payload = f"{sender} to {target} as {source}".encode()
    heard = copies_heard(list(stations.values()), payload, lambda: stations[sender].send(target, payload, source=source), [])
    return {name for name, station in stations.items() if station in heard}


@pytest.mark.parametrize("keys", [{"isolated": True}, {"split-horizon-group": 7}], ids=["isolated", "group"])
def test_ports_that_are_kept_apart_reach_the_tunnels_only(lab, keys):
    blue = scene.make(lab)
    configuration = blue.gateway.configuration
    assert hearers(blue, "tagged", BROADCAST) == {"plain", "vtep"}
    apart = [{**port, **(keys if port["role"] == "access" else {})} for port in configuration["ports"]]
    blue.gateway.reload({**configuration, "ports": apart})
    ((key, value),) = keys.items()
    assert blue.gateway.row("ports", name="lan0")["settings"] == [f"{key}: {str(value).lower()}"]
    assert hearers(blue, "tagged", BROADCAST) == {"vtep"} and hearers(blue, "plain", BROADCAST) == {"vtep"}
    assert hearers(blue, "vtep", BROADCAST) == {"tagged", "plain"}
    with DropWatch(blue.gateway) as drops:
        assert blue.tagged.ping(blue.plain.address, count=1, timeout=0.5) == 0
        assert hearers(blue, "tagged", blue.plain.mac) == set() and drops.rise()["port_isolated"] >= 1
    assert blue.tagged.ping(blue.vtep.address) == 3 and blue.plain.ping(blue.vtep.address) == 3
    one = [{**port, **(keys if port["name"] == "lan0" else {})} for port in configuration["ports"]]
    blue.gateway.reload({**configuration, "ports": one})
    assert blue.tagged.ping(blue.plain.address) == 3, "one alone is apart from nobody"


def test_a_locked_port_takes_only_the_stations_that_are_configured_there(lab):
    blue = scene.make(lab)
    configuration = blue.gateway.configuration
    ports = [{**port, **({"learning": "locked"} if port["name"] == "lan1" else {})} for port in configuration["ports"]]
    blue.gateway.reload({**configuration, "ports": ports})
    with DropWatch(blue.gateway) as drops:
        assert hearers(blue, "plain", BROADCAST) == set() and drops.rise()["mac_locked"] >= 1
    listed = scene.blue(static_macs=[{"mac": blue.plain.mac, "port": "lan1"}])
    blue.gateway.reload({**configuration, "ports": ports, "networks": [listed]})
    assert blue.plain.ping(blue.vtep.address) == 3
    assert hearers(blue, "plain", BROADCAST, source=STRANGER) == set() and not blue.gateway.row("macs", mac=STRANGER)
    blue.gateway.reload(configuration)
    assert hearers(blue, "plain", BROADCAST, source=STRANGER) == {"tagged", "vtep"}


def test_a_sticky_port_keeps_its_stations(lab):
    blue = scene.make(lab, lan0={"learning": "sticky"})
    assert hearers(blue, "tagged", BROADCAST, source=STRANGER) == {"plain", "vtep"}
    with DropWatch(blue.gateway) as drops:
        for thief in ("plain", "vtep"):
            assert hearers(blue, thief, BROADCAST, source=STRANGER) == set()
        assert drops.rise()["static_mac_violation"] >= 2
    assert blue.gateway.row("macs", mac=STRANGER)["port"] == "lan0"
    blue.gateway.run("mac", "delete", "blue", STRANGER)
    assert hearers(blue, "plain", BROADCAST, source=STRANGER) == {"tagged", "vtep"}
    assert hearers(blue, "tagged", BROADCAST, source=STRANGER) == {"plain", "vtep"}, "it sticks to a sticky port only"


def test_a_port_that_does_not_learn_floods_what_is_for_its_stations(lab):
    blue = scene.make(lab, lan0={"learning": "off"})
    assert blue.tagged.ping(blue.plain.address) == 3 and not blue.gateway.row("macs", mac=blue.tagged.mac)
    assert hearers(blue, "plain", blue.tagged.mac) == {"tagged", "vtep"}
