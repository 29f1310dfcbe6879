"""Hugepages for all candidates: reserved for the time of the benchmark, given back afterwards."""

import atexit
from pathlib import Path

POOL = Path("/sys/kernel/mm/hugepages/hugepages-2048kB")
PAGE_MIB = 2
# Left to everything else on the machine, in MiB.
MEMORY_LEFT = 1024


def free_mib():
    try:
        return PAGE_MIB * int((POOL / "free_hugepages").read_text())
    except OSError:
        return 0


def reserve(mib):
    """Whether ``mib`` of free hugepages are there, after asking the kernel for what is missing."""
    missing = mib - free_mib()
    if missing <= 0:
        return True
    if missing + MEMORY_LEFT > available_mib():
        return False
    pages = POOL / "nr_hugepages"
    try:
        before = pages.read_text()
        pages.write_text(str(int(before) + -(-missing // PAGE_MIB)))
    except OSError:
        return False
    atexit.register(pages.write_text, before)
    return free_mib() >= mib


def available_mib():
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) // 1024
    return 0
