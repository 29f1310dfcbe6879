"""The streams that viaduct-bench gives to a gateway, as scapy, which is not ours, reads and writes them again."""

import subprocess
from pathlib import Path

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Dot1Q, Ether
from scapy.layers.vxlan import VXLAN
from scapy.utils import rdpcap

BINARY = Path(__file__).resolve().parent.parent.parent / ".build/release/viaduct-bench"
PAIRS = 60
# What scapy computes where it is not given.
COMPUTED = {IP: ("len", "chksum"), IPv6: ("plen",), UDP: ("len", "chksum")}
UNDERLAYS = {"ipv4": (IP, False), "ipv4-checksum": (IP, True), "ipv6": (IPv6, False), "ipv6-checksum": (IPv6, True)}


def stream(path, *words):
    subprocess.run([BINARY, "--frames", path, "--macs", str(PAIRS), "--networks", "6", *words], check=True, timeout=60)
    frames = rdpcap(str(path))
    assert len(frames) == PAIRS
    return frames


def written_again(frame, family, has_checksum):
    """The same frame with lengths and outer checksums as scapy computes them."""
    again = Ether(bytes(frame))
    for layer in family, UDP:
        for field in COMPUTED[layer]:
            again[layer].delfieldval(field)
    if not has_checksum:
        again[UDP].chksum = 0
    return bytes(again)


@pytest.mark.parametrize("size", ["64", "65", "imix", "1518"])
@pytest.mark.parametrize("underlay", UNDERLAYS)
def test_tunnel_frames_are_what_scapy_would_write(tmp_path, underlay, size):
    family, has_checksum = UNDERLAYS[underlay]
    for frame in stream(tmp_path / "frames.pcap", "--direction", "decap", "--underlay", underlay, "--size", size):
        assert bytes(frame) == written_again(frame, family, has_checksum)
        assert (frame[UDP].chksum != 0) == has_checksum
        assert frame[UDP].dport == 4789
        assert frame[VXLAN].flags == 0x08 and 10_000 <= frame[VXLAN].vni < 10_006
        assert frame[VXLAN][Ether][IP].dst.startswith("10.0.")
        assert len(frame[VXLAN].payload) in {length - 4 for length in (64, 65, 594, 1518)}


def test_access_frames_do_not_depend_on_the_underlay(tmp_path):
    streams = [stream(tmp_path / f"{underlay}.pcap", "--direction", "encap", "--underlay", underlay) for underlay in UNDERLAYS]
    assert all([bytes(frame) for frame in frames] == [bytes(frame) for frame in streams[0]] for frames in streams)
    assert all(1 <= frame[Dot1Q].vlan <= 6 for frame in streams[0])
