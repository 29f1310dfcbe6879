"""Small programs that the kernel runs on the frames of an interface."""

import atexit
import functools
import shutil
import sysconfig
from pathlib import Path

from . import command, ownership

SOURCES = Path(__file__).parent.parent


@functools.cache
def object_directory():
    path = ownership.new_directory("bpf")
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


@functools.cache
def compiled(name, **macros):
    """Path of the object file of ``<name>.bpf.c`` with these macros defined. Any clang does; the Swift toolchain has one."""
    path = object_directory() / f"{'_'.join([name, *map(str, macros.values())])}.o"
    # Debian keeps asm/types.h in the folder of the architecture, which -target bpf does not search.
    includes = f"-I/usr/include/{sysconfig.get_config_var('MULTIARCH')}"
    command.run(
        "clang", "-O2", "-target", "bpf", includes, *(f"-D{macro}={value}" for macro, value in macros.items()), "-Wall", "-Werror", "-c", SOURCES / f"{name}.bpf.c", "-o", path)
    return path


def attach(namespace, interface, **sections):
    """``sections``: for ``ingress`` and ``egress`` the object file and the section of the program."""
    filters = [
        f"filter add dev {interface} {direction} bpf da obj {path} sec {section}" for direction, (path, section) in sections.items()]
    namespace.run("tc", "-batch", "-", stdin="\n".join([f"qdisc add dev {interface} clsact", *filters, ""]))
