"""A figure of a peer that forwards wrongly is worth nothing: each set-up of Open vSwitch forwards a small stream once, and every frame that
comes out is compared byte by byte with what RFC 7348 asks for."""

import struct
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from . import ovs, send, stream, viaduct
from .process import BenchError

MACS, NETWORKS = 200, 20
ATTEMPTS = 3
FORWARD_SECONDS_MAX = 5
OUTER_BYTES = 50


def verify_peers(setting, progress):
    """{"Open vSwitch, static": {"encap": "200 frames forwarded, all right", ...}, ...}"""
    reason = ovs.missing()
    if reason:
        return {"Open vSwitch": f"skipped: {reason}"}
    found = {}
    with tempfile.TemporaryDirectory(prefix="viaduct-bench-") as directory:
        files = [Path(directory) / f"{direction}.pcap" for direction in ("encap", "decap")]
        for direction, file in zip(("encap", "decap"), files):
            viaduct.write_stream(setting, file, direction, MACS, NETWORKS)
        streams = stream.read(*files)
        for mode in ("static", "normal"):
            for direction in ("encap", "decap"):
                progress.step(f"Open vSwitch, {mode}: {direction} byte by byte")
                try:
                    said = verify(streams, direction, mode, setting, Path(directory) / "captured.pcap")
                except BenchError as error:
                    said = f"wrong: {error}"
                    progress.remark(f"Open vSwitch, {mode}, {direction}: {error}")
                found.setdefault(f"Open vSwitch, {mode}", {})[direction] = said
    return found


def verify(streams, direction, mode, setting, captured):
    forward(streams, direction, mode, setting, captured)
    check(streams, direction, list(stream.frames(captured)))
    return f"{len(streams.pairs)} frames forwarded, all right"


def forward(streams, direction, mode, setting, captured):
    """Sends the stream once through Open vSwitch, from a veth: nothing is sent before everything is set up."""
    switch = ovs.OpenVSwitch(streams, direction, mode, setting)
    try:
        switch.in_namespace("ip", "link", "add", "sender", "mtu", "2000", "type", "veth", "peer", "name", "receiver", "mtu", "2000")
        for interface in ("sender", "receiver"):
            switch.in_namespace("ip", "link", "set", interface, "promisc", "on", "up")
        switch.connect("net_af_packet0,iface=receiver,framecnt=4096,blocksz=4096,framesz=2048", f"net_pcap1,tx_pcap={captured}")
        for _ in range(ATTEMPTS):
            # A new port is restarted when its queues are given out, and loses what comes meanwhile.
            time.sleep(1)
            switch.in_namespace(sys.executable, send.__file__, streams.file(direction), "sender")
            if arrived(switch, len(streams.pairs)):
                break
        # Closing the port writes what is left in the file's buffer.
        switch.vsctl("del-port", switch.sink_port)
    finally:
        switch.end()


def arrived(switch, count):
    """Whether anything came out, once ``count`` frames did or no more are to be expected."""
    deadline = time.monotonic() + FORWARD_SECONDS_MAX
    while switch.sent() < count and time.monotonic() < deadline:
        time.sleep(0.1)
    return switch.sent() > 0


def check(streams, direction, frames):
    """Raises an error when a frame is missing, was changed, or is one too many."""
    expected = expected_encapsulated(streams) if direction == "encap" else expected_decapsulated(streams)
    got = Counter(encapsulated(streams, frame) if direction == "encap" else frame for frame in frames)
    missing, surplus = expected - got, got - expected
    if missing or surplus:
        raise BenchError(f"Open vSwitch forwards wrongly ({direction}): {missing.total()} frames of {expected.total()} are missing, "
                         f"{surplus.total()} are not as they should be")


def expected_encapsulated(streams):
    """(VNI, VTEP, inner frame) of each frame of the access port."""
    pairs = {(pair.remote, pair.local): (pair.vni, pair.vtep) for pair in streams.pairs}
    return Counter((*pairs[frame[:6], frame[6:12]], frame[:12] + frame[16:]) for frame in stream.frames(streams.access_file))


def expected_decapsulated(streams):
    vlans = {pair.local: pair.vlan for pair in streams.pairs}
    inner = (frame[OUTER_BYTES:] for frame in stream.frames(streams.tunnel_file))
    return Counter(frame[:12] + struct.pack("!HH", 0x8100, vlans[frame[:6]]) + frame[12:] for frame in inner)


def encapsulated(streams, frame):
    """(VNI, VTEP, inner frame), or the frame itself when its outer headers are not right: no expectation looks like that."""
    vtep = frame[30:34]
    right = (
        frame[:6] == streams.vteps.get(vtep) and frame[6:12] == streams.gateway_mac and frame[12:14] == b"\x08\x00"
        and checksum(frame[14:34]) == 0 and frame[23] == 17 and frame[26:30] == streams.gateway_address
        and struct.unpack_from("!H", frame, 36)[0] == streams.port and frame[40:42] == b"\x00\x00"
        and struct.unpack_from("!H", frame, 16)[0] == len(frame) - 14 and struct.unpack_from("!H", frame, 38)[0] == len(frame) - 34
        and frame[42:46] == b"\x08\x00\x00\x00" and frame[49] == 0)
    return (int.from_bytes(frame[46:49], "big"), vtep, frame[OUTER_BYTES:]) if right else frame


def checksum(header):
    """The Internet checksum: 0 of a header that carries its own."""
    total = sum(struct.unpack(f"!{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
