"""Bad messages made of good ones: truncated, with bits flipped, with a checksum that is right nonetheless or not."""

import struct

from .echo import checksum
from .outer import STRANGER_MAC

HOP_BY_HOP, ICMPV6 = 0, 58
GOOD_CHECKSUMS = 0.7


def mutated(frame, generator):
    """A variant of a frame with IGMP, ICMP or ICMPv6, from a stranger's MAC: the message is bad, the headers before it are good."""
    ipv6 = frame[12:14] == b"\x86\xdd"
    start = 14 + (40 + (8 if frame[20] == HOP_BY_HOP else 0) if ipv6 else (frame[14] & 15) * 4)
    header, message = bytearray(frame[:start]), bytearray(frame[start:])
    del message[generator.randrange(len(message) + 1) :]
    for _ in range(generator.randrange(4) if message else 0):
        message[generator.randrange(len(message))] ^= 1 << generator.randrange(8)
    if len(message) >= 4 and generator.random() < GOOD_CHECKSUMS:
        message[2:4] = bytes(2)
        pseudo = bytes(header[22:54]) + struct.pack("!II", len(message), ICMPV6) if ipv6 else b""
        message[2:4] = checksum(pseudo + bytes(message)).to_bytes(2, "big")
    header[6:12] = bytes.fromhex(STRANGER_MAC.replace(":", ""))
    set_length(header, len(message), ipv6)
    return bytes(header + message)


def set_length(header, byte_count, ipv6):
    """Makes the IP header announce a message of ``byte_count`` bytes."""
    if ipv6:
        header[18:20] = (len(header) - 54 + byte_count).to_bytes(2, "big")
    else:
        header[16:18] = (len(header) - 14 + byte_count).to_bytes(2, "big")
        header[24:26] = bytes(2)
        header[24:26] = checksum(bytes(header[14:])).to_bytes(2, "big")
