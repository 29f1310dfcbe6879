"""A network namespace: made, entered, configured and deleted."""

import os
import socket
import subprocess
from contextlib import contextmanager

from . import command, ownership

CLONE_NEWNET = 0x40000000


def set_namespace(descriptor):
    """Moves the calling thread into a network namespace. Python has ``os.setns`` only since 3.12."""
    if command.libc.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(command.ctypes.get_errno(), "setns")


class Namespace:
    """A network namespace with a unique name, its loopback up and IPv6 silent until a station asks for it."""

    def __init__(self, label):
        self.label = label
        self.name = ownership.new_name(label)
        command.run("ip", "netns", "add", self.name)
        self.descriptor = os.open(ownership.NAMESPACES / self.name, os.O_RDONLY | os.O_CLOEXEC)
        # Without this every interface that comes up sends multicast of its own, and tests count frames.
        self.write_setting("ipv6/conf/default/disable_ipv6", 1)
        self.write_setting("ipv6/conf/all/disable_ipv6", 1)
        self.write_setting("ipv6/conf/default/accept_dad", 0)
        self.ip("link set lo up")

    @contextmanager
    def entered(self):
        """The calling thread is inside for the time of the block; sockets that it opens there stay inside."""
        outside = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            set_namespace(self.descriptor)
            yield self
        finally:
            set_namespace(outside)
            os.close(outside)

    def socket(self, *arguments):
        """A socket that lives inside."""
        with self.entered():
            return socket.socket(*arguments)

    def write_setting(self, path, value):
        """Sets ``/proc/sys/net/<path>`` inside."""
        with self.entered(), open(f"/proc/sys/net/{path}", "w") as file:
            file.write(str(value))

    def run(self, *arguments, **options):
        """``command.run`` inside."""
        return command.run(*arguments, prepare=self.prepare, **options)

    def start(self, *arguments, **options):
        """A program in the background inside, which dies with this process."""
        return subprocess.Popen([str(part) for part in arguments], preexec_fn=self.prepare, stdin=subprocess.DEVNULL, **options)

    def prepare(self):
        command.die_with_parent()
        set_namespace(self.descriptor)

    def ip(self, *lines):
        """Runs lines of ``ip`` commands (without the word ip) in one process."""
        self.run("ip", "-batch", "-", stdin="".join(line + "\n" for line in lines))

    def take(self, interface, source):
        """Moves ``interface`` here from the namespace ``source``. It comes out of that with its link down."""
        source.ip(f"link set dev {interface} netns {self.name}")

    def close(self):
        """Deletes it with every interface and process inside."""
        ownership.end_processes(self.name)
        os.close(self.descriptor)
        command.run("ip", "netns", "delete", self.name, check=False)
