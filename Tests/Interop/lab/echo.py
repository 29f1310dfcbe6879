"""Echo requests, ICMP and ICMPv6, with every answer waited for.

``ping`` gives up twice its longest round trip after the last request, 20 ms on an idle network: on a busy machine it then reports a
loss that was none.
"""

import errno
import itertools
import select
import socket
import struct
import time

INTERVAL_SECONDS = 0.01
IP_MTU_DISCOVER, IP_PMTUDISC_DONT, IP_PMTUDISC_DO = 10, 0, 2
IPV6_DONTFRAG = 62
HEADER = struct.Struct("!BBHHH")
identifiers = itertools.count(1)


def checksum(data):
    """Internet checksum (RFC 1071)."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Echo:
    """Sends requests from a namespace to one address. ``times`` are the round trips so far in seconds, by sequence number."""

    def __init__(self, namespace, address, size, fragment):
        self.is_ipv6 = ":" in address
        self.address, self.size = address, size
        self.identifier = next(identifiers) & 0xFFFF
        self.sent, self.times = {}, {}
        family, protocol = (
            (socket.AF_INET6, socket.IPPROTO_ICMPV6) if self.is_ipv6 else (socket.AF_INET, socket.IPPROTO_ICMP))
        self.socket = namespace.socket(family, socket.SOCK_RAW, protocol)
        if self.is_ipv6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, IPV6_DONTFRAG, int(not fragment))
        else:
            self.socket.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT if fragment else IP_PMTUDISC_DO)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def request(self, sequence):
        kind, payload = 128 if self.is_ipv6 else 8, bytes(index & 0xFF for index in range(self.size))
        # The kernel fills in the checksum of ICMPv6, which covers addresses too.
        total = 0 if self.is_ipv6 else checksum(HEADER.pack(kind, 0, 0, self.identifier, sequence) + payload)
        self.sent[sequence] = time.monotonic()
        try:
            self.socket.sendto(HEADER.pack(kind, 0, total, self.identifier, sequence) + payload, (self.address, 0))
        except OSError as error:
            # What an earlier request met on its way: it counts as not answered.
            if error.errno not in (errno.EHOSTUNREACH, errno.ENETUNREACH):
                raise

    def collect(self, seconds):
        """Takes answers for some time, or until every request so far has one."""
        deadline = time.monotonic() + seconds
        while len(self.times) < len(self.sent):
            remaining = max(0, deadline - time.monotonic())
            if not select.select([self.socket], [], [], remaining)[0]:
                return
            self.receive()

    def receive(self):
        try:
            data = self.socket.recv(65536)
        except OSError:
            return
        message = data if self.is_ipv6 else data[(data[0] & 15) * 4 :]
        kind, _, _, identifier, sequence = HEADER.unpack_from(message)
        whole = len(message) == HEADER.size + self.size
        if kind == (129 if self.is_ipv6 else 0) and identifier == self.identifier and sequence in self.sent and whole:
            self.times.setdefault(sequence, time.monotonic() - self.sent[sequence])


def echo(namespace, address, *, count, size, fragment, timeout):
    """Round trips, in seconds, of those of ``count`` requests that were answered within ``timeout`` seconds after the last one."""
    with Echo(namespace, address, size, fragment) as requests:
        for sequence in range(count):
            requests.request(sequence)
            requests.collect(INTERVAL_SECONDS)
        requests.collect(timeout)
        return list(requests.times.values())
