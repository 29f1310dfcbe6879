"""The machine and the software of a run: what a figure means depends on them."""

import os
import platform
import re
import subprocess
from pathlib import Path


def describe():
    cpu = cpu_information()
    flags = cpu.get("flags", "").split()
    return {
        "cpu": cpu.get("model name", platform.machine()), "cores": os.cpu_count(), "cpu_mhz": number(cpu.get("cpu MHz")),
        "avx512": "avx512f" in flags, "hypervisor": "hypervisor" in flags,
        "caches": caches(), "memory_mib": memory_mib(), "kernel": platform.release(), "distribution": distribution(),
        "dpdk": first_match(["pkg-config", "--modversion", "libdpdk"], r"(\S+)"),
        "swift": first_match(["swift", "--version"], r"Swift version (\S+)"),
        "open_vswitch": first_match(["ovs-vsctl", "--version"], r"\(Open vSwitch\) (\S+)"),
        "march": os.environ.get("MARCH") or "default",
    }


def summary(document):
    """A few lines for people, of a result."""
    found = document["machine"]
    virtual = "virtual machine, " if found["hypervisor"] else ""
    levels = ", ".join(f"{name} {size}" for name, size in found["caches"].items())
    pages = "2 MiB pages" if document["hugepages"] else "4 KiB pages"
    return (f"{virtual}{found['cores']} cores, {found['cpu']}, {found['cpu_mhz']} MHz, {levels}\n"
            f"{found['distribution']}, Linux {found['kernel']}, DPDK {found['dpdk']}, Swift {found['swift']}, code for: {found['march']}\n"
            f"measured on core {document['core']}, {pages} for every candidate, load before {document['load_before']}")


def load():
    """Runnable processes, on average of the last minute."""
    return round(os.getloadavg()[0], 2)


def cpu_information():
    fields = {}
    for line in Path("/proc/cpuinfo").read_text().split("\n\n")[0].splitlines():
        name, _, value = line.partition(":")
        fields[name.strip()] = value.strip()
    return fields


def caches():
    """{"L1d": "32K", ...} of the first core."""
    found = {}
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        kind = {"Data": "d", "Instruction": "i"}.get((index / "type").read_text().strip(), "")
        found[f"L{(index / 'level').read_text().strip()}{kind}"] = (index / "size").read_text().strip()
    return found


def memory_mib():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20


def distribution():
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME")
    except OSError:
        return platform.system()


def first_match(command, pattern):
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(pattern, result.stdout)
    return found[1] if found else None


def number(text):
    return round(float(text)) if text else None
