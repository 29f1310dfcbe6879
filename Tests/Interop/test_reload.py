"""Changing a running gateway: what did not change loses nothing, what is wrong changes nothing."""

import signal
import time

import pytest
from lab import scene
from lab.configuration import access, configuration, network, tagged
from lab.counters import DropWatch
from lab.stream import Stream

RELOADS = 100
FAILED, BAD_CONFIGURATION = 1, 78
VARIANTS = [
    [],
    [network("red", 20000, [tagged("lan0", 200)], ["192.0.2.3"])],
    [network("red", 20001, [tagged("lan0", 201), tagged("lan1", 200)], ["192.0.2.3", "192.0.2.4"])],
    [network("red", 20001, [tagged("lan1", 200)], [scene.VTEP_ADDRESS],
             static_macs=[{"mac": "02:00:00:00:ee:01", "remote": scene.VTEP_ADDRESS}])],
]


def with_networks(*more, **changes):
    """The configuration of the scene with more networks beside blue, which stays as it is."""
    return configuration(scene.ports(), [scene.blue(), *more], **changes)


@pytest.fixture
def blue(lab):
    return scene.make(lab)


def names(gateway):
    return {row["name"] for row in gateway.show("networks")}


def wait_for_names(gateway, wanted):
    deadline = time.monotonic() + 2
    while names(gateway) != wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    return names(gateway) == wanted


@pytest.mark.parametrize("source, target", [("tagged", "vtep"), ("vtep", "plain"), ("plain", "tagged")])
def test_an_unchanged_network_loses_nothing_during_reloads(blue, source, target):
    with DropWatch(blue.gateway) as watch, Stream(getattr(blue, source), getattr(blue, target)) as stream:
        for number in range(RELOADS):
            blue.gateway.reload(with_networks(*VARIANTS[number % len(VARIANTS)]))
    print(f"{stream.sent} datagrams during {RELOADS} reloads, drops {watch.rise()}")
    assert stream.lost == []
    assert stream.sent > RELOADS


def test_a_network_comes_and_goes(blue):
    red = network("red", 20000, [tagged("lan0", 200)], [scene.VTEP_ADDRESS])
    blue.gateway.reload(with_networks(red))
    assert names(blue.gateway) == {"blue", "red"}
    blue.gateway.reload(with_networks())
    assert names(blue.gateway) == {"blue"}
    assert blue.tagged.ping(blue.vtep.address) == 3


def test_sighup_applies_the_changed_file(blue):
    blue.gateway.write(with_networks(*VARIANTS[1]))
    blue.gateway.send_signal(signal.SIGHUP)
    assert wait_for_names(blue.gateway, {"blue", "red"})


def test_a_host_on_a_new_member_is_reached_at_once(lab):
    """lan1 joins the network, leaves it, and joins again with another tag."""
    def members(*lan1):
        return configuration(
            [access("lan0"), access("lan1")], [network("blue", 1, [tagged("lan0", 100), *lan1])])

    gateway = lab.gateway(members())
    first = lab.host(gateway, "lan0", "10.1.0.1/24", vlan=100)
    second = lab.host(gateway, "lan1", "10.1.0.2/24", vlan=200)
    assert first.ping(second.address, count=1, timeout=0.2) == 0
    gateway.reload(members(tagged("lan1", 200)))
    assert first.reaches(second.address)
    gateway.reload(members())
    assert first.ping(second.address, count=2, timeout=0.2) == 0
    gateway.reload(members(tagged("lan1", 200)))
    assert first.reaches(second.address)


def test_a_remote_that_is_taken_away_is_not_heard_any_more(blue):
    changed = configuration(scene.ports(), [scene.blue(remotes=[])])
    blue.gateway.reload(changed)
    with DropWatch(blue.gateway) as watch:
        assert blue.vtep.ping(blue.tagged.address, count=2, timeout=0.2) == 0
        assert watch.rise().get("vtep_unknown", 0) > 0
    blue.gateway.reload(with_networks())
    assert blue.tagged.reaches(blue.vtep.address)


@pytest.mark.parametrize("broken", ["networks: [", "nonsense: 1\n", ""], ids=["broken-yaml", "unknown-key", "empty"])
def test_a_broken_file_changes_nothing(blue, broken):
    before = blue.gateway.show("networks"), blue.gateway.row("ports", name="lan0")["mtu"]
    result = blue.gateway.reload(broken, check=False)
    assert result.returncode == BAD_CONFIGURATION and "gateway.yaml" in result.stdout
    assert (blue.gateway.show("networks"), blue.gateway.row("ports", name="lan0")["mtu"]) == before
    assert blue.tagged.ping(blue.vtep.address) == 3


def test_a_broken_file_and_sighup_do_not_end_the_gateway(blue):
    blue.gateway.write("networks: [")
    blue.gateway.send_signal(signal.SIGHUP)
    time.sleep(0.3)
    assert blue.tagged.ping(blue.vtep.address) == 3


@pytest.mark.parametrize("key, changed", [
    ("cores", with_networks(*VARIANTS[1], cores=[0])),
    ("memory", with_networks(*VARIANTS[1], memory=300)),
    ("capacity", with_networks(*VARIANTS[1], capacity=8192)),
    ("lan2", configuration([*scene.ports(), access("lan2")], [scene.blue(), *VARIANTS[1]])),
    ("wan0", configuration(scene.ports()[:2], [scene.blue(remotes=[]), *VARIANTS[0]])),
])
def test_what_needs_a_restart_is_named_and_all_of_it_refused(blue, key, changed):
    result = blue.gateway.reload(changed, check=False)
    assert result.returncode == FAILED
    assert key in result.stdout and "restart" in result.stdout
    assert names(blue.gateway) == {"blue"}


def test_learned_macs_survive_a_reload_that_does_not_concern_them(blue):
    def learned():
        return {(row["mac"], row["network"]) for row in blue.gateway.show("macs")}

    before = learned()
    assert {mac for mac, _ in before} >= {station.mac for station in blue.stations}
    blue.gateway.reload(with_networks(*VARIANTS[1]))
    assert before <= learned()


def test_a_changed_ageing_time_takes_effect(blue):
    blue.gateway.reload(configuration(scene.ports(), [scene.blue()], ageing=1))
    deadline = time.monotonic() + 5
    while blue.gateway.show("macs") and time.monotonic() < deadline:
        time.sleep(0.1)
    assert blue.gateway.show("macs") == []
