"""IGMP and MLD messages on a link, and a program that joins groups."""

import socket
import struct

IGMP_PROTOCOL, HOP_BY_HOP = 2, 0
# Record types (RFC 3376 section 4.2.12, RFC 3810 section 5.2.12), the same in both protocols.
IS_EXCLUDE, TO_INCLUDE, TO_EXCLUDE = 2, 3, 4
# Message types of IGMP and MLD; the older versions have one for members and one for those that leave.
REPORTS, OLD_REPORTS, LEAVES, QUERIES = {0x22, 143}, {0x16, 131}, {0x17, 132}, {0x11, 130}


def message(frame):
    """(IGMP or MLD message, bytes of an address) of a frame; None when it has neither. MLD comes behind a hop-by-hop header."""
    if frame[12:14] == b"\x08\x00" and frame[23] == IGMP_PROTOCOL:
        return frame[14 + (frame[14] & 15) * 4 :], 4
    if frame[12:14] == b"\x86\xdd" and frame[20] == HOP_BY_HOP:
        return frame[14 + 40 + 8 :], 16
    return None


def address(data):
    return socket.inet_ntop(socket.AF_INET if len(data) == 4 else socket.AF_INET6, data)


def records(frame):
    """What a report says: a list of (group, type of its record), or of (group, "report" or "leave") in older versions; nothing else."""
    data, size = message(frame) or (b"\0", 0)
    if data[0] in OLD_REPORTS | LEAVES:
        return [(group(data, size), "report" if data[0] in OLD_REPORTS else "leave")]
    return list(listed(data, size)) if data[0] in REPORTS else []


def listed(data, size):
    """(group, type) of each record of a report."""
    at = 8
    for _ in range(int.from_bytes(data[6:8], "big")):
        kind, auxiliary_words, sources = struct.unpack_from("!BBH", data, at)
        yield address(data[at + 4 : at + 4 + size]), kind
        at += 4 + size + sources * size + auxiliary_words * 4


def group(data, size):
    """The group of a message that has one, behind the checksum and, in MLD, the delay."""
    at = 4 if size == 4 else 8
    return address(data[at : at + size])


def queried(frame):
    """The group that a query is about, 0.0.0.0 or :: for a general one; None for anything else."""
    data, size = message(frame) or (b"\0", 0)
    return group(data, size) if data[0] in QUERIES else None


class Member:
    """A program on ``interface`` of a namespace that is a member of ``group`` for the time of a ``with`` block."""

    def __init__(self, namespace, interface, group):
        self.namespace, self.interface, self.group = namespace, interface, group

    def __enter__(self):
        ipv6 = ":" in self.group
        with self.namespace.entered():
            index = socket.if_nametoindex(self.interface)
        self.socket = self.namespace.socket(socket.AF_INET6 if ipv6 else socket.AF_INET, socket.SOCK_DGRAM)
        if ipv6:
            request = socket.inet_pton(socket.AF_INET6, self.group) + struct.pack("=i", index)
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, request)
        else:
            request = socket.inet_aton(self.group) + bytes(4) + struct.pack("=i", index)
            self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)
        return self

    def __exit__(self, *_):
        self.socket.close()
