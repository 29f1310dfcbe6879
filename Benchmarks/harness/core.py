"""The measured core. On a machine that others use, a window in which the measured thread waited for its core measures the others."""

import time
from pathlib import Path

from .process import BenchError

# Most of a window that the measured thread may have been ready to run without a core.
WAIT_SHARE_MAX = 0.005
# Windows tried before one in which the core was lost is taken as it is.
ATTEMPTS = 4


def prefer(pid):
    """Asks the scheduler to prefer the program's session to others, where it groups sessions; no matter if it does not."""
    try:
        Path(f"/proc/{pid}/autogroup").write_text("-20")
    except OSError:
        pass


class CoreWait:
    """How long a thread has been ready to run without a core. The time that it ran would tell less: that is booked with each tick only."""

    def __init__(self, pid, thread_name):
        self.path = next((task / "schedstat" for task in Path(f"/proc/{pid}/task").iterdir() if thread_name in comm(task)), None)
        if self.path is None:
            raise BenchError(f"process {pid} has no thread named {thread_name}: was it started with a worker core?")

    @property
    def nanoseconds(self):
        return int(self.path.read_text().split()[1])


def comm(task):
    try:
        return (task / "comm").read_text()
    except OSError:
        return ""


class Windows:
    """Takes windows of a candidate and repeats those in which its thread lost the core; ``discarded`` counts these."""

    def __init__(self, wait):
        self.wait = wait
        self.discarded = 0

    def take(self, measure):
        """``measure()`` takes one window and returns what it found."""
        for attempt in range(ATTEMPTS):
            waited, started = self.wait.nanoseconds, time.monotonic()
            found = measure()
            share = (self.wait.nanoseconds - waited) / 1e9 / (time.monotonic() - started)
            if share <= WAIT_SHARE_MAX:
                break
            self.discarded += 1
        return found
