"""One network over a tagged port, an untagged port and a tunnel to the kernel's own vxlan."""

import itertools

import pytest
from lab import scene, tshark
from lab.frames import BROADCAST
from lab.station import copies_heard
from lab.transfer import transfer
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Dot1Q, Ether
from scapy.layers.vxlan import VXLAN

STATIONS = ("tagged", "plain", "vtep")
DIRECTIONS = list(itertools.permutations(STATIONS, 2))
FULL_MTU_PAYLOAD = 1500 - 20 - 8
TRANSFER_BYTES = 20_000_000


@pytest.fixture(scope="module")
def blue(shared_lab):
    return scene.make(shared_lab, ipv6=True)


@pytest.fixture(params=DIRECTIONS, ids=lambda pair: f"from-{pair[0]}-to-{pair[1]}")
def direction(request, blue):
    """Source and target, for each direction."""
    return tuple(getattr(blue, name) for name in request.param)


def is_tunnelled(frame):
    return frame[12:14] == b"\x08\x00" and frame[23] == 17 and frame[36:38] == (4789).to_bytes(2, "big")


def test_ping_is_answered(direction):
    source, target = direction
    assert source.ping(target.address, count=20) == 20


def test_arp_is_answered_after_the_caches_are_emptied(direction):
    source, target = direction
    source.forget_neighbors()
    target.forget_neighbors()
    assert source.ping(target.address) == 3


def test_ping_at_full_mtu_is_answered_without_fragments(direction):
    source, target = direction
    assert source.ping(target.address, size=FULL_MTU_PAYLOAD, fragment=False) == 3


def test_fragmented_inner_packets_arrive(direction):
    source, target = direction
    assert source.ping(target.address, size=5000) == 3


def test_neighbour_discovery_and_ping_work_over_ipv6(direction):
    source, target = direction
    source.forget_neighbors()
    assert source.ping(target.addresses[1]) == 3


def test_tcp_arrives_intact(direction):
    source, target = direction
    assert transfer(source, target, TRANSFER_BYTES).intact


def test_tcp_over_ipv6_arrives_intact(blue):
    assert transfer(blue.tagged, blue.vtep, TRANSFER_BYTES, address=blue.vtep.addresses[1]).intact


@pytest.mark.parametrize("sender", STATIONS)
def test_a_broadcast_reaches_every_other_station_once(blue, sender):
    source, payload = getattr(blue, sender), b"broadcast from " + sender.encode()
    others = [station for station in blue.stations if station is not source]
    heard = copies_heard(blue.stations, payload, lambda: source.send(BROADCAST, payload), expected=others)
    assert heard == {station: 1 for station in others}


def test_a_frame_leaves_the_tunnel_with_the_tag_of_its_port(blue):
    payload = b"which tag do I get?"
    with blue.tagged.capture() as capture:
        blue.vtep.send(blue.tagged.mac, payload)
        frame = capture.wait_for(lambda frame: payload in frame)
    assert frame[12:18] == bytes.fromhex("8100 0064 88b5")


def outer_packets(blue, inner_frames):
    """Sends frames from the tagged host and returns what arrives at the endpoint's underlay interface."""
    with blue.vtep.capture(blue.vtep.underlay) as capture:
        for frame in inner_frames:
            blue.tagged.inject(frame)
        # Hosts speak of their own accord, too.
        return [Ether(frame) for frame in capture.frames() if is_tunnelled(frame) and b"flow" in frame]


def flow(blue, port):
    """A tagged UDP frame of one flow to the endpoint."""
    return (
        Ether(src=blue.tagged.mac, dst=blue.vtep.mac) / Dot1Q(vlan=100) / IP(src="10.1.0.1", dst="10.1.0.3")
        / UDP(sport=port, dport=9) / b"flow")


def test_the_outer_header_is_as_rfc_7348_asks(blue):
    (packet,) = outer_packets(blue, [flow(blue, 1000)])
    assert (packet[IP].src, packet[IP].dst) == (scene.GATEWAY_ADDRESS, scene.VTEP_ADDRESS)
    assert packet[IP].flags == "DF" and packet[IP].ttl >= 64
    assert packet[UDP].chksum == 0 and 49152 <= packet[UDP].sport <= 65535
    header = bytes(packet[VXLAN])[:8]
    assert header == bytes.fromhex("08000000") + scene.VNI.to_bytes(3, "big") + b"\0"
    assert tshark.complaints([bytes(packet)]) == ""


def test_the_source_port_follows_the_inner_flow(blue):
    same = {packet[UDP].sport for packet in outer_packets(blue, [flow(blue, 1000)] * 8)}
    different = {packet[UDP].sport for packet in outer_packets(blue, [flow(blue, 1000 + index) for index in range(64)])}
    assert len(same) == 1
    assert len(different) > 48


def test_wireshark_has_no_complaint_about_a_transfer(blue):
    with blue.vtep.capture(blue.vtep.underlay) as capture:
        assert transfer(blue.tagged, blue.vtep, 2_000_000).intact
        frames = [frame for frame in capture.frames(0.1) if is_tunnelled(frame)]
    assert len(frames) > 1000
    assert tshark.complaints(frames) == ""


def test_the_gateway_answers_arp_and_ping_on_its_underlay_address(blue):
    blue.vtep.namespace.ip(f"neigh flush dev {blue.vtep.underlay}")
    assert blue.vtep.ping(scene.GATEWAY_ADDRESS, count=5) == 5


def test_the_gateway_answers_a_large_ping_on_its_underlay_address(blue):
    assert blue.vtep.ping(scene.GATEWAY_ADDRESS, size=1600 - 28, fragment=False) == 3


def test_counters_of_the_tunnel_and_the_ports_rise(blue):
    def counts():
        tunnel = blue.gateway.row("tunnels", remote=scene.VTEP_ADDRESS)
        port = blue.gateway.row("ports", name="lan0")
        return [tunnel["rx_packets"], tunnel["tx_packets"], port["rx_packets"], port["tx_packets"]]

    before = counts()
    assert blue.tagged.ping(blue.vtep.address, count=10) == 10
    assert all(after - start >= 10 for start, after in zip(before, counts()))
