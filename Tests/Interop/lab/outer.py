"""Outer headers of tunnel packets, as they arrive at an endpoint."""

from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Dot1Q, Ether

PAYLOAD = b"flow of the laboratory"
UDP_BYTES = 8
I_FLAG = 1 << 59
# No gateway minds what MAC a packet comes from.
STRANGER_MAC = "02:5b:00:00:09:09"


def flow(source, target, port, *, tos=0, ttl=64, ipv6=False, flags=0):
    """A UDP frame from one station to another as it leaves the source, with its tag; ``port`` tells one flow from another."""
    tag = Ether(src=source.mac, dst=target.mac)
    if source.vlan is not None:
        tag /= Dot1Q(vlan=source.vlan)
    if ipv6:
        header = IPv6(src=source.addresses[1], dst=target.addresses[1], tc=tos, hlim=ttl)
    else:
        header = IP(src=source.address, dst=target.address, tos=tos, ttl=ttl, flags=flags)
    return tag / header / UDP(sport=port, dport=9) / PAYLOAD


def tunnelled(inner, *, source, target, mac, vni, port=4789, tos=0, ttl=64, bits=0, checksum=None):
    """A VXLAN packet from ``source`` to ``target``, a gateway with ``mac``, around a frame. ``bits`` are set in the VXLAN header, which is
    taken as one number, in addition; ``checksum`` replaces that of UDP."""
    version = IPv6 if ":" in source else IP
    header = version(src=source, dst=target, **({"tc": tos, "hlim": ttl} if version is IPv6 else {"tos": tos, "ttl": ttl}))
    vxlan = (I_FLAG | vni << 8 | bits).to_bytes(8, "big")
    return (
        Ether(src=STRANGER_MAC, dst=mac) / header / UDP(sport=50000, dport=port, chksum=checksum) / (vxlan + bytes(inner)))


def outer_frames(sender, endpoint, frames):
    """Sends frames from a station; returns those that arrive at an endpoint's underlay interface, as bytes."""
    with endpoint.capture(endpoint.underlay) as capture:
        for frame in frames:
            sender.inject(frame)
        # Hosts speak of their own accord, too.
        return list(received(capture, len(frames)))


def is_flow(frame):
    """Whether a frame holds a packet of a flow, in a tunnel or not, and no ICMP message about one: an EtherType precedes its IP header."""
    at = frame.find(PAYLOAD) - UDP_BYTES
    return at > 0 and (frame[at - 22 : at - 20] == b"\x08\x00" or frame[at - 42 : at - 40] == b"\x86\xdd")


def received(capture, count):
    """The first ``count`` frames of a capture that hold a packet of a flow, or fewer when no more come."""
    while count and (frame := capture.wait_for(is_flow, timeout=2)):
        count -= 1
        yield frame


def outer_packets(sender, endpoint, frames):
    """The same, dissected."""
    return [Ether(frame) for frame in outer_frames(sender, endpoint, frames)]


def flows(source, target, ports):
    """The same frames as ``flow`` makes of each of ``ports``, as bytes and quickly."""
    frame = flow(source, target, 0)
    frame[UDP].chksum = 0
    data = bytes(frame)
    at = data.index(PAYLOAD) - UDP_BYTES
    return [data[:at] + port.to_bytes(2, "big") + data[at + 2 :] for port in ports]


def flow_port(frame):
    """The port that tells the flow of a received frame."""
    at = frame.index(PAYLOAD) - UDP_BYTES
    return int.from_bytes(frame[at : at + 2], "big")
