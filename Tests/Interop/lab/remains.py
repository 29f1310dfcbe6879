"""What a gateway leaves behind on the machine when it is gone: interfaces, sockets, files of DPDK."""

import os
import re
from pathlib import Path

RUNTIME = re.compile(r"^((?:/var)?/run/dpdk/[^/]+)")


def runtime_directories(process):
    """The directories of DPDK in which the process has files open."""
    found = set()
    for link in Path(f"/proc/{process.pid}/fd").iterdir():
        try:
            match = RUNTIME.match(os.readlink(link))
        except FileNotFoundError:
            continue
        if match:
            found.add(match[1])
    return found


def interfaces(namespace):
    """Names of the interfaces of a namespace besides its loopback."""
    with namespace.entered():
        names = [line.split(":")[0].strip() for line in Path("/proc/thread-self/net/dev").read_text().splitlines()[2:]]
    return [name for name in names if name != "lo"]


def dpdk_directories():
    """Everything in DPDK's runtime directory; other programs on the machine have theirs there too."""
    return {str(path) for path in Path("/var/run/dpdk").glob("*")}


def remains(gateway, directories=()):
    """What is still there of a gateway that has ended; ``directories`` as ``runtime_directories`` told while it ran."""
    left = [f"interface {name}" for name in interfaces(gateway.namespace)]
    left += [f"socket {gateway.socket}"] if gateway.socket.exists() else []
    return left + [f"directory {path}" for path in directories if Path(path).exists()]
