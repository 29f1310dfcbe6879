"""Floods are limited by class, at a port and in a network, and leave everything else alone."""

import time

import pytest
from lab import scene
from lab.counters import DropWatch
from lab.frames import BROADCAST, EXPERIMENTAL, ethernet

UNKNOWN, MULTICAST = "02:00:00:00:dd:02", "01:00:5e:00:01:03"
CLASSES = {"broadcast": BROADCAST, "unknown-unicast": UNKNOWN, "multicast": MULTICAST}
RATE = 200
SECONDS = 3


def storm(blue, target):
    """A storm from lan1 for some seconds; how many of its frames the station behind lan0 hears, the seconds that it took, and how many were sent."""
    frame, sent, started = ethernet(blue.plain.mac, target, b"storm"), 0, time.monotonic()
    with blue.tagged.capture() as capture:
        while time.monotonic() - started < SECONDS:
            blue.plain.inject(frame, 50)
            sent += 50
            time.sleep(0.005)
        seconds = time.monotonic() - started
        heard = sum(EXPERIMENTAL.to_bytes(2, "big") in (frame[12:14], frame[16:18]) for frame in capture.during(0.5))
    return heard, seconds, sent


@pytest.mark.parametrize("where", ["port", "network"])
@pytest.mark.parametrize("name", list(CLASSES))
def test_a_storm_stays_below_its_limit_and_is_counted(lab, where, name):
    limits = {"storm-control": {name: RATE}}
    blue = scene.make(
        lab, lan1=limits if where == "port" else None, networks=[scene.blue(**({"storm_control": {name: RATE}} if where == "network" else {}))])
    reason = "storm_" + name.replace("-", "_")
    with DropWatch(blue.gateway) as drops:
        heard, seconds, sent = storm(blue, CLASSES[name])
        assert heard <= RATE * (seconds + 0.6) + 10, f"{heard} of {sent} in {seconds} s"
        assert heard >= RATE * seconds * 0.7
        assert drops.rise()[reason] >= sent - heard - 10
    row = next(row for row in blue.gateway.show("limits") if row["kind"] == name.replace("-", "_"))
    assert (row["scope"], row["limit"], row["action"]) == (where, RATE, "drop") and row["refused"] >= sent - heard - 10
    other = BROADCAST if name != "broadcast" else MULTICAST
    assert storm_free(blue, other)
    assert blue.plain.ping(blue.vtep.address, count=20) == 20, "known unicast is under no limit"


def storm_free(blue, target):
    """Another class is under no limit."""
    with blue.tagged.capture() as capture:
        blue.plain.inject(ethernet(blue.plain.mac, target, b"other"), 500)
        return sum(b"other" in frame for frame in capture.during(0.5)) == 500


def test_a_broadcast_storm_on_one_port_leaves_the_others_below_their_limit(lab):
    blue = scene.make(lab, lan0={"storm-control": {"broadcast": 100}}, lan1={"storm-control": {"broadcast": 100}})
    with blue.vtep.capture("vxlan0") as capture:
        storm(blue, BROADCAST)
        blue.tagged.inject(ethernet(blue.tagged.mac, BROADCAST, b"honest", blue.tagged.vlan), 9)
        assert sum(b"honest" in frame for frame in capture.during(0.5)) == 9


def test_limits_come_and_go_with_a_reload(lab):
    blue = scene.make(lab)
    configuration = blue.gateway.configuration
    blue.gateway.reload({**configuration, "networks": [scene.blue(storm_control={"broadcast": 1})]})
    with DropWatch(blue.gateway) as drops:
        assert not storm_free(blue, BROADCAST)
        assert drops.rise()["storm_broadcast"] >= 480
    blue.gateway.reload(configuration)
    assert storm_free(blue, BROADCAST)
