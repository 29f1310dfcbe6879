"""What a gateway counted while something happened."""

import time

from .waiting import wait_for


def drops(gateway):
    """Reason -> packets, over all workers; every reason is there. Lines that the log was spared are no packets."""
    return {row["reason"]: row["packets"] for row in gateway.show("drops") if row["reason"] != "control_line_kept_back"}


def difference(before, after):
    """The counters that rose, and by how much."""
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


class DropWatch:
    """Takes the drop counters at the start of a ``with`` block; ``rise()`` tells what rose since."""

    def __init__(self, gateway):
        self.gateway = gateway

    def __enter__(self):
        self.before = drops(self.gateway)
        return self

    def __exit__(self, *_):
        pass

    def rise(self):
        return difference(self.before, drops(self.gateway))

    def reaches(self, reason, packets, timeout=5):
        """Whether one counter rises by at least so many packets; hosts on the link may raise others meanwhile."""
        return wait_for(lambda: self.rise().get(reason, 0) >= packets, timeout)

    def counts(self, reason, packets):
        """Whether it rises by exactly so many."""
        return self.reaches(reason, packets) and self.rise().get(reason, 0) == packets

    def wait_for(self, wanted, timeout=5):
        """Waits until the rise equals ``wanted``; returns the last rise seen, equal or not."""
        deadline = time.monotonic() + timeout
        while (rise := self.rise()) != wanted and time.monotonic() < deadline:
            time.sleep(0.02)
        return rise
