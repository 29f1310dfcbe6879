"""Limits of MACs: what is new beyond them, who loses first, and that one network's flood is no other's."""

import random

import pytest
from lab import scene
from lab.configuration import network, tagged
from lab.counters import DropWatch
from lab.frames import BROADCAST, ethernet
from lab.station import copies_heard
from lab.waiting import holds, wait_for

GREEN_VLAN, GREEN_VNI = 200, 10200
FLOOD = 100_000


def flood(station, count, generator=random):
    """Broadcasts with sources that nobody has ever had."""
    for _ in range(count):
        source = ":".join(f"{octet:02x}" for octet in (2, 0xF0, *generator.randbytes(4)))
        station.inject(ethernet(source, BROADCAST, b"", station.vlan))


def macs_of(gateway, *filters):
    return {row["mac"] for row in gateway.show("macs", *filters)}


def limit(gateway, scope, name=None, kind="macs"):
    return next(row for row in gateway.show("limits") if (row["scope"], row["name"], row["kind"]) == (scope, name, kind))


def passes(sender, hearer, source):
    """Whether a broadcast with this source arrives."""
    payload = f"from {source} {random.random()}".encode()
    return copies_heard([hearer], payload, lambda: sender.send(BROADCAST, payload, source=source), []) == {hearer: 1}


def with_limit(maximum, action):
    return [scene.blue(mac_limit={"maximum": maximum, "action": action})]


@pytest.mark.parametrize("action", ["flood", "drop"])
def test_beyond_its_limit_a_network_learns_nothing_new(lab, action):
    blue = scene.make(lab, networks=with_limit(10, action))
    known = blue.tagged.address
    with DropWatch(blue.gateway) as drops:
        flood(blue.plain, 100)
        assert wait_for(lambda: limit(blue.gateway, "network", "blue")["refused"] >= 93)
        row = limit(blue.gateway, "network", "blue")
        assert row["current"] == row["limit"] == 10 and row["action"] == action
        assert passes(blue.plain, blue.tagged, "02:00:00:00:0b:01") == (action == "flood")
        assert (drops.rise().get("mac_limit", 0) >= 94) == (action == "drop")
    assert blue.vtep.ping(known) == 3 and blue.plain.ping(known) == 3, "who was known before is served"
    assert "network blue has as many MACs as it may" in blue.gateway.output()


def test_the_port_with_most_entries_loses_its_oldest(lab):
    blue = scene.make(lab, networks=with_limit(64, "replace-oldest"))
    flood(blue.plain, 2000)
    # The two elsewhere are never the oldest of the largest holder, and the flood comes to be known in part.
    assert wait_for(lambda: blue.gateway.row("macs", mac=blue.tagged.mac) and blue.gateway.row("macs", mac=blue.vtep.mac))
    assert limit(blue.gateway, "network", "blue")["current"] <= 64
    newcomer = "02:00:00:00:0b:02"

    def is_learned():
        blue.plain.send(BROADCAST, b"", source=newcomer)
        return blue.gateway.row("macs", mac=newcomer)

    assert wait_for(is_learned), "no room was made"
    assert blue.tagged.ping(blue.vtep.address) == 3


def test_a_port_has_a_limit_of_its_own(lab):
    blue = scene.make(lab, lan1={"mac-limit": 5})
    flood(blue.plain, 100)
    assert wait_for(lambda: limit(blue.gateway, "port", "lan1")["refused"] >= 95)
    flood(blue.tagged, 100)
    assert wait_for(lambda: len(macs_of(blue.gateway, "--port", "lan0")) >= 100)
    assert len(macs_of(blue.gateway, "--port", "lan1")) == 5


def test_limits_come_and_go_with_a_reload(lab):
    blue = scene.make(lab)
    configuration = blue.gateway.configuration
    blue.gateway.reload({**configuration, "networks": with_limit(5, "drop")})
    flood(blue.plain, 20)
    assert wait_for(lambda: limit(blue.gateway, "network", "blue")["refused"] >= 18)
    blue.gateway.reload(configuration)
    assert [row["scope"] for row in blue.gateway.show("limits")] == ["table"]
    flood(blue.plain, 20)
    assert wait_for(lambda: limit(blue.gateway, "table")["current"] >= 25)


def test_a_flood_of_macs_in_one_network_is_none_of_anothers_business(lab):
    """The table is far too small for the flood, and the flood has a limit."""
    green = network("green", GREEN_VNI, [tagged("lan1", GREEN_VLAN)], mac_limit={"maximum": 1000, "action": "replace-oldest"})
    blue = scene.make(lab, networks=[scene.blue(), green], capacity=2048)
    before = macs_of(blue.gateway, "--network", "blue")
    blue.plain.inject(ethernet(blue.plain.mac, BROADCAST, b"", GREEN_VLAN))
    frames = [
        ethernet(":".join(f"{octet:02x}" for octet in (2, 0xF0, *random.randbytes(4))), BROADCAST, b"", GREEN_VLAN) for _ in range(FLOOD)]
    with blue.vtep.capture("vxlan0") as capture:
        lost = 0
        for number, frame in enumerate(frames):
            blue.plain.inject(frame)
            if number % (FLOOD // 20) == 0:
                lost += 3 - blue.tagged.ping(blue.vtep.address)
        assert lost == 0, "traffic of the other network was harmed"
        assert not any(frame[12:14] == b"\x88\xb5" for frame in capture.frames(0)), "the flood came into the other network"
    assert holds(lambda: before <= macs_of(blue.gateway, "--network", "blue"), 1)
    assert limit(blue.gateway, "network", "green")["current"] <= 1000


def test_a_full_table_takes_from_who_has_most(lab):
    blue = scene.make(lab, **{"macs": {"capacity": 256, "ageing": 300, "when-full": "replace-oldest"}})
    flood(blue.plain, 2000)
    newcomer = "02:00:00:00:0b:03"

    def is_learned():
        blue.tagged.send(BROADCAST, b"", source=newcomer)
        return blue.gateway.row("macs", mac=newcomer)

    assert wait_for(is_learned)
    assert blue.gateway.row("macs", mac=blue.vtep.mac)
