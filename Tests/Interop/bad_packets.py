"""The table of bad packets: a name, who sends it, how it is made, and the one drop counter that must rise.

A builder gets a ``Peers`` and returns the frame as bytes or as a scapy packet.
"""

import struct
from dataclasses import dataclass

from lab import scene
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Dot1Q, Ether
from scapy.layers.vxlan import VXLAN
from scapy.packet import Raw

STRANGER = "02:00:00:00:ee:01"
# Static entry of the network: behind the endpoint, whoever else claims it.
PINNED = "02:00:00:00:ee:02"
ABSENT_VTEP = "192.0.2.77"
VLAN_ALONE = 300
VLAN_ABSENT_VTEP = 301
PAYLOAD = bytes(range(64))
ROWS = []


@dataclass(frozen=True)
class Peers:
    """MACs that the builders need: of the gateway's underlay port, of the endpoint's underlay interface, and of the stations."""

    gateway: str
    underlay: str
    tagged: str
    plain: str
    vtep: str


@dataclass(frozen=True)
class Row:
    name: str
    sender: str
    reason: str
    build: object


def row(sender, reason):
    """Adds the decorated builder to the table; its name says what is bad."""
    def add(build):
        ROWS.append(Row(build.__name__.replace("_", " "), sender, reason, build))
        return build
    return add


def access(reason):
    return row("tagged", reason)


def tunnel(reason):
    return row("underlay", reason)


# From the access ports: lan0, where only VLAN 100 and two side networks are known, and lan1, where nothing has a tag.

def host_frame(peers, vlan=scene.VLAN, source=None, target="ff:ff:ff:ff:ff:ff", payload=PAYLOAD):
    return Ether(src=source or peers.tagged, dst=target) / Dot1Q(vlan=vlan, type=0x88B5) / Raw(payload)


@access("vlan_unknown")
def vlan_without_a_network(peers):
    return host_frame(peers, vlan=999)


@access("untagged_refused")
def untagged_frame_on_a_tagged_port(peers):
    return Ether(src=peers.tagged, dst="ff:ff:ff:ff:ff:ff", type=0x88B5) / Raw(PAYLOAD)


@access("frame_short")
def frame_that_ends_in_its_tag(peers):
    return bytes(host_frame(peers))[:14]


@access("source_mac_invalid")
def multicast_source(peers):
    return host_frame(peers, source="03:00:00:00:00:01")


@access("source_mac_invalid")
def broadcast_source(peers):
    return host_frame(peers, source="ff:ff:ff:ff:ff:ff")


@access("source_mac_invalid")
def zero_source(peers):
    return host_frame(peers, source="00:00:00:00:00:00")


@access("link_local")
def spanning_tree_group(peers):
    return host_frame(peers, target="01:80:c2:00:00:00")


@access("link_local")
def lldp_group(peers):
    return host_frame(peers, target="01:80:c2:00:00:0e")


@access("vlan_stacked")
def two_tags(peers):
    inner = Dot1Q(vlan=7, type=0x88B5) / Raw(PAYLOAD)
    return Ether(src=peers.tagged, dst="ff:ff:ff:ff:ff:ff") / Dot1Q(vlan=scene.VLAN) / inner


@row("plain", "vlan_stacked")
def provider_tag_on_an_untagged_port(peers):
    inner = Dot1Q(vlan=scene.VLAN, type=0x88B5) / Raw(PAYLOAD)
    return Ether(src=peers.plain, dst="ff:ff:ff:ff:ff:ff", type=0x88A8) / inner


@access("same_port")
def unicast_to_a_host_on_the_port_it_came_from(peers):
    return host_frame(peers, source=STRANGER, target=peers.tagged)


@access("mtu_exceeded")
def frame_that_no_underlay_packet_can_carry(peers):
    return host_frame(peers, target=peers.vtep, payload=bytes(1590))


@access("static_mac_violation")
def source_that_is_pinned_elsewhere(peers):
    return host_frame(peers, source=PINNED)


@access("no_member")
def broadcast_in_a_network_without_anybody_else(peers):
    return host_frame(peers, vlan=VLAN_ALONE)


@access("next_hop_unresolved")
def broadcast_to_an_endpoint_that_is_not_there(peers):
    return host_frame(peers, vlan=VLAN_ABSENT_VTEP)


# From the underlay: the outer Ethernet and IPv4 headers.

def inner(peers, source=None, target=None, payload=PAYLOAD):
    return Ether(src=source or peers.vtep, dst=target or peers.plain, type=0x88B5) / Raw(payload)


def outer(peers, content=None, ip=None, udp=None, vxlan=None):
    """A VXLAN packet from the endpoint with fields of its headers replaced; right in everything else."""
    return (
        Ether(src=peers.underlay, dst=peers.gateway)
        / IP(**{"src": scene.VTEP_ADDRESS, "dst": scene.GATEWAY_ADDRESS, "id": 0, "flags": "DF", **(ip or {})})
        / UDP(**{"sport": 50000, "dport": 4789, "chksum": 0, **(udp or {})})
        / VXLAN(**{"flags": 0x08, "vni": scene.VNI, **(vxlan or {})})
        / (content or inner(peers)))


@tunnel("underlay_mac_not_ours")
def packet_to_another_mac(peers):
    packet = outer(peers)
    packet[Ether].dst = STRANGER
    return packet


@tunnel("underlay_ethertype")
def unknown_protocol(peers):
    return Ether(src=peers.underlay, dst=peers.gateway, type=0x88B5) / Raw(PAYLOAD)


@tunnel("underlay_frame_short")
def frame_that_ends_in_its_ipv4_header(peers):
    return bytes(outer(peers))[:33]


@tunnel("ipv4_version")
def version_6_in_an_ipv4_packet(peers):
    return outer(peers, ip={"version": 6})


@tunnel("ipv4_length")
def header_shorter_than_20_bytes(peers):
    return outer(peers, ip={"ihl": 4})


@tunnel("ipv4_length")
def packet_longer_than_its_frame(peers):
    return outer(peers, ip={"len": 1400})


@tunnel("ipv4_length")
def packet_shorter_than_its_header(peers):
    return outer(peers, ip={"len": 19})


@tunnel("ipv4_options")
def options_in_the_header(peers):
    return outer(peers, ip={"options": b"\x94\x04\x00\x00"})


@tunnel("ipv4_checksum")
def wrong_header_checksum(peers):
    return outer(peers, ip={"chksum": 0x1234})


@tunnel("ipv4_fragment")
def first_fragment(peers):
    return outer(peers, ip={"flags": "MF"})


@tunnel("ipv4_fragment")
def last_fragment(peers):
    return outer(peers, ip={"flags": 0, "frag": 10})


@tunnel("ip_protocol")
def gre_instead_of_udp(peers):
    return outer(peers, ip={"proto": 47})


@tunnel("not_our_address")
def packet_to_another_address(peers):
    return outer(peers, ip={"dst": "192.0.2.200"})


@tunnel("own_source_address")
def packet_from_our_own_address(peers):
    return outer(peers, ip={"src": scene.GATEWAY_ADDRESS})


# From the underlay: UDP and VXLAN headers.

@tunnel("udp_length")
def datagram_longer_than_its_packet(peers):
    return outer(peers, udp={"len": 900})


@tunnel("udp_length")
def datagram_shorter_than_its_header(peers):
    return outer(peers, udp={"len": 7})


@tunnel("udp_length")
def datagram_shorter_than_its_packet(peers):
    return outer(peers, udp={"len": 8 + 8 + 20})


@tunnel("udp_port")
def another_port(peers):
    return outer(peers, udp={"dport": 4788})


@tunnel("udp_checksum")
def wrong_udp_checksum(peers):
    return outer(peers, udp={"chksum": 0x1234})


@tunnel("vxlan_short")
def datagram_that_ends_in_the_vxlan_header(peers):
    return (
        Ether(src=peers.underlay, dst=peers.gateway) / IP(src=scene.VTEP_ADDRESS, dst=scene.GATEWAY_ADDRESS)
        / UDP(sport=50000, dport=4789, chksum=0) / Raw(b"\x08\0\0\0"))


@tunnel("vxlan_flags")
def i_flag_unset(peers):
    return outer(peers, vxlan={"flags": 0})


@tunnel("vxlan_flags")
def every_flag_but_i(peers):
    return outer(peers, vxlan={"flags": 0xF7})


@tunnel("vni_unknown")
def vni_without_a_network(peers):
    return outer(peers, vxlan={"vni": 0xABCDEF})


@tunnel("vtep_unknown")
def endpoint_that_is_not_configured(peers):
    return outer(peers, ip={"src": "192.0.2.99"})


# From the underlay: the inner frame.

@tunnel("inner_short")
def inner_frame_shorter_than_its_header(peers):
    return outer(peers, Raw(bytes(13)))


@tunnel("inner_short")
def no_inner_frame(peers):
    packet = outer(peers)
    packet[VXLAN].remove_payload()
    return packet


@tunnel("inner_source_mac")
def inner_multicast_source(peers):
    return outer(peers, inner(peers, source="01:00:5e:00:00:01"))


@tunnel("inner_source_mac")
def inner_zero_source(peers):
    return outer(peers, inner(peers, source="00:00:00:00:00:00"))


@tunnel("inner_vlan_tag")
def inner_tag(peers):
    return outer(peers, Ether(src=peers.vtep, dst=peers.plain) / Dot1Q(vlan=5, type=0x88B5) / Raw(PAYLOAD))


@tunnel("inner_link_local")
def inner_link_local_group(peers):
    return outer(peers, inner(peers, target="01:80:c2:00:00:00"))


@tunnel("split_horizon")
def inner_unicast_to_a_mac_behind_a_tunnel(peers):
    return outer(peers, inner(peers, target=PINNED))


# What a gateway must accept although it looks odd.

GOOD = {
    "every reserved bit set": lambda peers: reserved_bits(outer(peers)),
    "a right UDP checksum": lambda peers: outer(peers, udp={"chksum": None}),
    "bytes after the IP packet": lambda peers: bytes(outer(peers)) + b"padding of a short frame",
    "a source port below the ephemeral range": lambda peers: outer(peers, udp={"sport": 1}),
    "the last hop of its life": lambda peers: outer(peers, ip={"ttl": 1}),
    "fragmentation allowed": lambda peers: outer(peers, ip={"flags": 0, "id": 77}),
    "a type of service": lambda peers: outer(peers, ip={"tos": 0xB8}),
}


def reserved_bits(packet):
    """RFC 7348 section 5: reserved bits are ignored on receipt."""
    data = bytearray(bytes(packet))
    struct.pack_into("!B3s", data, 42, 0xFF, b"\xff\xff\xff")
    data[49] = 0xFF
    return bytes(data)
