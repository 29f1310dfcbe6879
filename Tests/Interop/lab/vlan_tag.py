"""Puts an interface on a tagged VLAN with two BPF functions (``vlan_tag.bpf.c``)."""

import atexit
import functools
import shutil
import sysconfig
from pathlib import Path

from . import command, ownership

SOURCE = Path(__file__).parent.parent / "vlan_tag.bpf.c"


@functools.cache
def object_directory():
    path = ownership.new_directory("bpf")
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


@functools.cache
def compiled(vlan):
    """Path of the object file for one VLAN ID. Any clang does; the Swift toolchain has one."""
    path = object_directory() / f"vlan_tag_{vlan}.o"
    # Debian keeps asm/types.h in the folder of the architecture, which -target bpf does not search.
    includes = f"-I/usr/include/{sysconfig.get_config_var('MULTIARCH')}"
    command.run("clang", "-O2", "-target", "bpf", includes, f"-DVLAN_ID={vlan}", "-Wall", "-Werror", "-c", SOURCE, "-o", path)
    return path


def attach(namespace, interface, vlan):
    """From now on ``interface`` sends every frame with the tag ``vlan`` and receives only frames that carry it."""
    filters = [
        f"filter add dev {interface} egress bpf da obj {compiled(vlan)} sec push",
        f"filter add dev {interface} ingress bpf da obj {compiled(vlan)} sec pop",
    ]
    namespace.run("tc", "-batch", "-", stdin="\n".join([f"qdisc add dev {interface} clsact", *filters, ""]))
