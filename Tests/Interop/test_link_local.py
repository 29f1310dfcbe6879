"""BPDU, LACP, LLDP and pause frames: dropped by name, unless their network carries them."""

import pytest
from lab import scene
from lab.counters import DropWatch
from lab.lab import Lab
from lab.station import copies_heard

STATIONS = ("tagged", "plain", "vtep")
# Protocol, last byte of the address, EtherType or length, first bytes of the payload.
PROTOCOLS = [
    ("bpdu", 0x00, 38, "424203 0000 00 00"), ("bpdu", 0x08, 38, "424203 0000 02 02"), ("pause", 0x01, 0x8808, "0001 ffff"),
    ("lacp", 0x02, 0x8809, "01 01 01 14"), ("lldp", 0x0E, 0x88CC, "0207 04"), ("lldp", 0x03, 0x88CC, "0207 04"),
    ("lldp", 0x00, 0x88CC, "0207 04")]


def frame(station, protocol, payload):
    """A frame of the protocol with the tag of the station."""
    _, last, kind, start = protocol
    tag = b"" if station.vlan is None else b"\x81\x00" + station.vlan.to_bytes(2, "big")
    addresses = bytes.fromhex(f"0180c20000{last:02x}") + bytes.fromhex(station.mac.replace(":", ""))
    return addresses + tag + kind.to_bytes(2, "big") + (bytes.fromhex(start) + payload).ljust(46, b"\0")


def heard(blue, sender, protocol, expected):
    """Names of the stations that hear a frame of ``sender``, and how many copies."""
    source, payload = getattr(blue, sender), f"{protocol[0]} of {sender}".encode()
    others = [getattr(blue, name) for name in expected]
    copies = copies_heard(blue.stations, payload, lambda: source.inject(frame(source, protocol, payload)), others)
    return {name: copies[getattr(blue, name)] for name in STATIONS if getattr(blue, name) in copies}


@pytest.fixture(scope="module")
def bridged(shared_lab):
    return scene.make(shared_lab)


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda protocol: f"{protocol[0]}-{protocol[1]:02x}")
def test_what_a_network_does_not_carry_is_dropped_under_its_name(bridged, protocol):
    with DropWatch(bridged.gateway) as watch:
        for sender in STATIONS:
            assert heard(bridged, sender, protocol, []) == {}
        assert watch.counts(f"link_local_{protocol[0]}", len(STATIONS))


@pytest.fixture(scope="module")
def cable():
    """A network that carries all of them."""
    with Lab() as lab:
        yield scene.make(lab, networks=[scene.blue(link_local=["bpdu", "lacp", "lldp", "pause"])])


@pytest.mark.parametrize("sender", STATIONS)
@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda protocol: f"{protocol[0]}-{protocol[1]:02x}")
def test_what_a_network_carries_reaches_every_other_station(cable, protocol, sender):
    others = [name for name in STATIONS if name != sender]
    assert heard(cable, sender, protocol, others) == {name: 1 for name in others}


def test_other_frames_to_these_addresses_are_not_carried(cable):
    with DropWatch(cable.gateway) as watch:
        assert heard(cable, "plain", ("eapol", 0x03, 0x888E, "01 01"), []) == {}
        assert heard(cable, "vtep", ("eapol", 0x03, 0x888E, "01 01"), []) == {}
        assert watch.counts("link_local", 1) and watch.counts("inner_link_local", 1)


def test_a_reload_changes_what_is_carried(lab):
    blue = scene.make(lab)
    configuration = blue.gateway.configuration
    for protocols, names in ((["lldp"], ["tagged", "vtep"]), (["bpdu"], [])):
        blue.gateway.reload({**configuration, "networks": [scene.blue(link_local=protocols)]})
        assert heard(blue, "plain", PROTOCOLS[4], names) == {name: 1 for name in names}
