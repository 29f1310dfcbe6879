"""A machine of the lab: a namespace with one interface that matters, and what a person would do there."""

import functools
import time
from contextlib import ExitStack

from . import frames, vlan_tag
from .echo import echo

HEAR_SECONDS_MAX = 3
SILENCE_SECONDS = 0.2


class Station:
    """A machine that talks through ``interface``, where its ``addresses`` (given with prefix lengths) are.

    ``vlan`` is the tag that its frames carry on the wire, None for none, a pair for a service tag and the tag behind it.
    """

    def __init__(self, namespace, interface, mac, addresses, vlan=None):
        self.namespace = namespace
        self.interface = interface
        self.mac = mac
        self.addresses = [address.partition("/")[0] for address in addresses]
        self.vlan = vlan
        self.injectors = {}

    @property
    def address(self):
        return self.addresses[0]

    def __repr__(self):
        return f"{type(self).__name__}({self.namespace.label})"

    def run(self, *arguments, **options):
        return self.namespace.run(*arguments, **options)

    def ping(self, address, count=3, size=56, fragment=True, timeout=2):
        """Number of answers to ``count`` echo requests with ``size`` bytes of payload; ``fragment=False`` sets DF."""
        return len(self.round_trips(address, count, size, fragment, timeout))

    def round_trips(self, address, count=3, size=56, fragment=True, timeout=2):
        """Seconds that each answered one of these requests took."""
        return echo(self.namespace, address, count=count, size=size, fragment=fragment, timeout=timeout)

    def reaches(self, address, timeout=5):
        """Whether an echo request is answered within ``timeout`` seconds, asking again and again."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.ping(address, count=1, timeout=0.3):
                return True
        return False

    def forget_neighbors(self):
        """Empties the ARP and ND caches."""
        self.namespace.ip(f"neigh flush dev {self.interface}")

    def capture(self, interface=None, outgoing=False):
        return frames.Capture(self.namespace, interface or self.interface, outgoing)

    def inject(self, frame, count=1, interface=None):
        """Sends a raw frame out of the interface."""
        name = interface or self.interface
        if name not in self.injectors:
            self.injectors[name] = frames.Injector(self.namespace, name)
        self.injectors[name].send(frame, count)

    def send(self, target, payload, source=None):
        """Sends a raw frame with the tag of this station to the MAC ``target``; ``source`` replaces its own MAC."""
        self.inject(frames.ethernet(source or self.mac, target, payload, self.vlan))

    def close(self):
        for injector in self.injectors.values():
            injector.close()


def bring_up(namespace, interface, *, mac=None, mtu=1500, addresses=(), vlan=None):
    """Gives an interface its MAC, MTU, tag and addresses and sets it up."""
    ipv6 = any(":" in address for address in addresses)
    namespace.ip(
        *([f"link set dev {interface} address {mac}"] if mac else []),
        # A deep queue: a test that counts packets must not lose them because the machine was busy for a moment.
        f"link set dev {interface} mtu {mtu} txqueuelen 10000")
    namespace.write_setting(f"ipv6/conf/{interface}/disable_ipv6", 0 if ipv6 else 1)
    if vlan is not None:
        vlan_tag.attach(namespace, interface, vlan)
    namespace.ip(f"link set dev {interface} up", *(f"addr add {address} dev {interface}" for address in addresses))


def copies_heard(stations, payload, act, expected):
    """Calls ``act`` and counts the frames with ``payload`` that each of ``stations`` receives; those without one are left out.

    Waits for those ``expected`` to hear something, however busy the machine is, and then a little longer for what nobody expects.
    On a cable that carries other VLANs too, frames of those are not for the station.
    """
    def is_mine(station, frame):
        return payload in frame and frames.vlan(frame) == station.vlan

    with ExitStack() as stack:
        captures = {station: stack.enter_context(station.capture()) for station in stations}
        act()
        counts = {
            station: int(captures[station].wait_for(functools.partial(is_mine, station), HEAR_SECONDS_MAX) is not None)
            for station in expected}
        for station, capture in captures.items():
            more = sum(is_mine(station, frame) for frame in capture.frames(SILENCE_SECONDS))
            counts[station] = counts.get(station, 0) + more
    return {station: count for station, count in counts.items() if count}
