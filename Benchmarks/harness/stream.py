"""The streams that every candidate receives, and what a gateway must know to forward them, read from the frames themselves.

``viaduct-bench --frames`` writes one frame for each pair of hosts, once as the access port receives it (tagged), once as the underlay port
does (VXLAN). A pair's two frames together tell VLAN, VNI and remote VTEP.
"""

import struct
from dataclasses import dataclass

from .process import BenchError


@dataclass(frozen=True)
class Pair:
    local: bytes
    remote: bytes
    vlan: int
    vni: int
    vtep: bytes


@dataclass(frozen=True)
class Streams:
    access_file: str
    tunnel_file: str
    pairs: list
    # Address -> MAC of each remote VTEP.
    vteps: dict
    gateway_address: bytes
    gateway_mac: bytes
    port: int

    def file(self, direction):
        return self.access_file if direction == "encap" else self.tunnel_file

    @property
    def tunnels(self):
        """(VLAN, VTEP) -> VNI, in a stable order."""
        return {(pair.vlan, pair.vtep): pair.vni for pair in sorted(self.pairs, key=lambda pair: (pair.vlan, pair.vtep))}


def frames(path):
    """The frames of a pcap file: classic format, little endian, time stamps in micro- or nanoseconds."""
    with open(path, "rb") as file:
        content = file.read()
    if content[:4] not in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1"):
        raise BenchError(f"{path} is no little-endian pcap file: it begins with {content[:4].hex() or 'nothing'}")
    offset = 24
    while offset + 16 <= len(content):
        length = struct.unpack_from("<I", content, offset + 8)[0]
        yield content[offset + 16:offset + 16 + length]
        offset += 16 + length


def read(access_file, tunnel_file):
    vlans = {(frame[6:12], frame[:6]): struct.unpack_from("!H", frame, 14)[0] & 0xFFF for frame in frames(access_file)}
    pairs, vteps, first = [], {}, None
    for frame in frames(tunnel_file):
        first = first or frame
        local, remote = frame[50:56], frame[56:62]
        pairs.append(Pair(local, remote, vlans[local, remote], int.from_bytes(frame[46:49], "big"), frame[26:30]))
        vteps[frame[26:30]] = frame[6:12]
    return Streams(str(access_file), str(tunnel_file), pairs, vteps, first[30:34], first[:6], struct.unpack_from("!H", first, 36)[0])


def mac_text(mac):
    return mac.hex(":")


def address_text(address):
    return ".".join(map(str, address))
