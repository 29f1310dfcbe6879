"""Raw frames in and out of an interface, byte by byte, VLAN tags included."""

import select
import socket
import struct
import time

ETH_P_ALL = 0x0003
SOL_PACKET = 263
PACKET_AUXDATA = 8
PACKET_QDISC_BYPASS = 20
PACKET_OUTGOING = 4
SO_RCVBUFFORCE = 33
TP_STATUS_VLAN_VALID = 0x10
AUXDATA = struct.Struct("=IIIHHHH")
SNAPSHOT_BYTES = 65536
# IEEE 802: a local experimental protocol, which nobody answers.
EXPERIMENTAL = 0x88B5
BROADCAST = "ff:ff:ff:ff:ff:ff"


def ethernet(source, target, payload, vlan=None):
    """A frame of the experimental protocol with its payload filled up to 64 bytes, tagged unless ``vlan`` is None.

    ``vlan``: a VLAN ID, or a pair: that of a service tag (802.1ad) and that of the tag behind it.
    """
    addresses = bytes.fromhex((target + source).replace(":", ""))
    service, vlan = vlan if isinstance(vlan, tuple) else (None, vlan)
    tag = b"" if service is None else struct.pack("!HH", 0x88A8, service)
    tag += b"" if vlan is None else struct.pack("!HH", 0x8100, vlan)
    return addresses + tag + struct.pack("!H", EXPERIMENTAL) + payload.ljust(64, b".")


def vlan(frame):
    """VLAN ID of the frame's tag, a pair of them where there is a service tag in front of it, None when it has none."""
    if frame[12:14] == b"\x88\xa8":
        return int.from_bytes(frame[14:16], "big") & 0xFFF, vlan(frame[:12] + frame[16:])
    return int.from_bytes(frame[14:16], "big") & 0xFFF if frame[12:14] == b"\x81\x00" else None


class Injector:
    """Sends frames exactly as given: past clsact, so that not even the tag of a tagged host is added."""

    def __init__(self, namespace, interface):
        self.socket = namespace.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.setsockopt(SOL_PACKET, PACKET_QDISC_BYPASS, 1)
        self.socket.bind((interface, 0))

    def send(self, frame, count=1):
        """Sends ``frame`` (bytes or a scapy packet) ``count`` times."""
        data = bytes(frame)
        for _ in range(count):
            self.send_one(data)

    def send_one(self, data):
        while True:
            try:
                self.socket.send(data)
                return
            except OSError as error:
                if error.errno != 105:  # ENOBUFS: the queue of the device is full for a moment
                    raise
                time.sleep(0.0005)

    def close(self):
        self.socket.close()


class Capture:
    """The frames that an interface has received since this was made, in order.

    ``outgoing`` asks for those that the interface has sent instead.
    """

    def __init__(self, namespace, interface, outgoing=False):
        self.outgoing = outgoing
        self.socket = namespace.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        self.socket.bind((interface, ETH_P_ALL))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def next(self, timeout):
        """The next frame as bytes, or None when none comes within ``timeout`` seconds."""
        deadline = time.monotonic() + timeout
        while True:
            remaining = max(0, deadline - time.monotonic())
            if not select.select([self.socket], [], [], remaining)[0]:
                return None
            data, ancillary, _, address = self.socket.recvmsg(SNAPSHOT_BYTES, socket.CMSG_SPACE(AUXDATA.size))
            if (address[2] == PACKET_OUTGOING) == self.outgoing:
                return with_tag(data, ancillary)

    def frames(self, seconds=0.3):
        """Every frame until ``seconds`` pass without one."""
        return list(iter(lambda: self.next(seconds), None))

    def during(self, seconds):
        """Every frame for some seconds; for links that are never silent."""
        deadline = time.monotonic() + seconds
        return list(iter(lambda: self.next(max(0, deadline - time.monotonic())), None))

    def wait_for(self, matches, timeout=2):
        """The first frame for which ``matches(bytes)`` holds; None when it does not come within ``timeout`` seconds."""
        deadline = time.monotonic() + timeout
        while (frame := self.next(max(0, deadline - time.monotonic()))) is not None:
            if matches(frame):
                return frame
        return None


def with_tag(data, ancillary):
    """Puts the VLAN tag back that the kernel keeps beside a received frame."""
    for level, kind, value in ancillary:
        if level == SOL_PACKET and kind == PACKET_AUXDATA:
            status, _, _, _, _, tci, tpid = AUXDATA.unpack_from(value)
            if status & TP_STATUS_VLAN_VALID:
                return data[:12] + struct.pack("!HH", tpid or 0x8100, tci) + data[12:]
    return data
