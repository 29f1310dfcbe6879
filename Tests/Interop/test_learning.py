"""The MAC table: where a frame goes after its destination was seen, has moved, has gone silent, or found no room."""

import time

import pytest
from lab import scene
from lab.frames import BROADCAST
from lab.station import copies_heard

WANDERER = "02:00:00:00:0a:01"
AGEING_SECONDS = 2
CAPACITY = 1024


@pytest.fixture
def blue(lab):
    return scene.make(lab)


def appear(blue, where):
    """The wanderer sends one frame at a place."""
    getattr(blue, where).send(BROADCAST, b"here I am", source=WANDERER)


def places_reached(blue, sender, expected):
    """Where a unicast frame from ``sender`` to the wanderer arrives."""
    payload = f"from {sender} {time.monotonic_ns()}".encode()
    stations = {getattr(blue, place): place for place in ("tagged", "plain", "vtep")}
    heard = copies_heard(
        list(stations), payload, lambda: getattr(blue, sender).send(WANDERER, payload), [getattr(blue, place) for place in expected])
    return {stations[station] for station in heard}


def assert_reached(blue, sender, expected):
    assert places_reached(blue, sender, expected) == expected


def wait_for_row(gateway, **wanted):
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        if row := gateway.row("macs", mac=WANDERER, **wanted):
            return row
        time.sleep(0.05)
    raise AssertionError(f"no entry with {wanted}: {gateway.row('macs', mac=WANDERER)}")


def test_a_mac_that_moves_from_a_port_to_an_endpoint_and_back_is_followed(blue):
    for place, location in 2 * [("tagged", {"port": "lan0", "vlan": 100}), ("vtep", {"remote": scene.VTEP_ADDRESS})]:
        appear(blue, place)
        row = wait_for_row(blue.gateway, **location)
        assert row["network"] == "blue" and row["origin"] == "learned"
        assert_reached(blue, "plain", {place})


def test_a_mac_that_moves_between_two_ports_is_followed(blue):
    for place in ("tagged", "plain", "tagged"):
        appear(blue, place)
        assert_reached(blue, "vtep", {place})


def test_a_silent_mac_is_forgotten_and_flooded_again(lab):
    blue = scene.make(lab, ageing=AGEING_SECONDS)
    appear(blue, "tagged")
    wait_for_row(blue.gateway, port="lan0")
    started = time.monotonic()
    while blue.gateway.row("macs", mac=WANDERER):
        assert time.monotonic() - started < 3 * AGEING_SECONDS, "it is still there"
        time.sleep(0.1)
    assert time.monotonic() - started > AGEING_SECONDS - 1
    assert_reached(blue, "plain", {"tagged", "vtep"})


def test_a_mac_that_keeps_sending_is_not_forgotten(lab):
    blue = scene.make(lab, ageing=AGEING_SECONDS)
    ending = time.monotonic() + 3 * AGEING_SECONDS
    while time.monotonic() < ending:
        appear(blue, "tagged")
        time.sleep(0.25)
    assert blue.gateway.row("macs", mac=WANDERER)
    assert_reached(blue, "plain", {"tagged"})


def test_traffic_still_flows_when_the_table_is_full(lab):
    blue = scene.make(lab, capacity=CAPACITY)
    for number in range(3 * CAPACITY):
        source = f"02:00:00:01:{number >> 8:02x}:{number & 255:02x}"
        blue.plain.send("02:00:00:00:ff:ff", b"one of many", source=source)
    time.sleep(0.5)
    assert blue.gateway.row("networks", name="blue")["macs"] <= CAPACITY
    appear(blue, "tagged")
    assert "tagged" in places_reached(blue, "vtep", {"tagged"})
    assert blue.tagged.ping(blue.vtep.address) == 3


def test_an_entry_added_by_hand_is_used_and_not_replaced_by_what_is_learned(blue):
    blue.gateway.run("mac", "add", "blue", WANDERER, "--remote", scene.VTEP_ADDRESS)
    assert_reached(blue, "plain", {"vtep"})
    appear(blue, "tagged")
    assert blue.gateway.row("macs", mac=WANDERER)["origin"] == "control"
    assert_reached(blue, "plain", {"vtep"})
    blue.gateway.run("mac", "delete", "blue", WANDERER)
    assert_reached(blue, "plain", {"tagged", "vtep"})


def test_a_flush_forgets_what_was_learned(blue):
    appear(blue, "tagged")
    wait_for_row(blue.gateway, port="lan0")
    blue.gateway.run("mac", "flush", "--port", "lan0")
    assert blue.gateway.row("macs", mac=WANDERER) is None
    assert_reached(blue, "plain", {"tagged", "vtep"})
