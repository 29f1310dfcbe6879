"""A running gateway: ``viaduct run`` in a namespace of its own, and the command line that talks to it."""

import json
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from . import command, ownership
from .configuration import text

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS_MAX = 20
STOP_SECONDS_MAX = 10


def binary():
    """Path of the viaduct executable: ``VIADUCT`` or the release build."""
    return Path(os.environ.get("VIADUCT", ROOT / ".build/release/viaduct"))


class GatewayError(Exception):
    """The gateway did not start or died; the message ends with its log."""


@dataclass
class Stopped:
    """How a gateway ended: exit status (negative: killed by that signal), seconds from the signal to the end, its whole output."""

    status: int
    seconds: float
    output: str


class Gateway:
    """Not started before ``start()``. Its files are in ``directory``: configuration, socket, log."""

    def __init__(self, namespace, configuration):
        self.namespace = namespace
        self.configuration = configuration
        self.directory = ownership.new_directory("gateway")
        self.file = self.directory / "gateway.yaml"
        self.socket = self.directory / "api.sock"
        self.log = self.directory / "gateway.log"
        self.process = None
        self.write(configuration)

    def write(self, configuration):
        """Replaces the configuration file; ``configuration`` is a dictionary or the text of the file."""
        self.file.write_text(configuration if isinstance(configuration, str) else text(configuration))

    def command(self):
        return [binary(), "run", "--config", self.file, "--socket", self.socket]

    def start(self, prefix=()):
        """Starts it and returns at once; ``prefix`` is a command line that runs it (setpriv, taskset)."""
        with self.log.open("ab") as log:
            self.process = self.namespace.start(*prefix, *self.command(), stdout=log, stderr=subprocess.STDOUT)
        return self

    def wait_ready(self, timeout=START_SECONDS_MAX):
        """Waits until its API answers."""
        deadline = time.monotonic() + timeout
        while not self.accepts():
            if self.process.poll() is not None:
                raise GatewayError(f"viaduct run ended with status {self.process.returncode}\n{self.output()}")
            if time.monotonic() > deadline:
                raise GatewayError(f"viaduct run is not ready after {timeout} s\n{self.output()}")
            time.sleep(0.01)
        return self

    def accepts(self):
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(str(self.socket)) == 0

    def output(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def run(self, *arguments, **options):
        """Runs ``viaduct <arguments> --socket ...``."""
        return command.run(binary(), *arguments, "--socket", self.socket, **options)

    def show(self, what, *filters):
        """The rows of ``viaduct show <what> <filters> --json``, all of them."""
        options = [*filters, *(["--all"] if what == "macs" else [])]
        return json.loads(self.run("show", what, *options, "--json").stdout)[what]

    def summary(self):
        """The document of ``viaduct show --json``."""
        return json.loads(self.run("show", "--json").stdout)

    def free_buffers(self, looks=10):
        """Packet buffers in the pool at rest: the most of a few looks, since at any of them a packet may be under way."""
        return max(self.summary()["packet_pool"]["free"] for _ in range(looks))

    def row(self, what, **wanted):
        """The one row of ``show`` whose keys have the values wanted; None when there is none."""
        for row in self.show(what):
            if all(row.get(key) == value for key, value in wanted.items()):
                return row
        return None

    def mac(self, port):
        """MAC of a port."""
        return self.row("ports", name=port)["mac"]

    def reload(self, configuration=None, **options):
        """Writes the configuration if one is given and asks for ``viaduct reload``."""
        if configuration is not None:
            self.write(configuration)
        return self.run("reload", **options)

    def send_signal(self, number):
        self.process.send_signal(number)

    def stop(self, number=signal.SIGTERM, timeout=STOP_SECONDS_MAX):
        """Ends it with a signal and says how it went."""
        started = time.monotonic()
        self.send_signal(number)
        return self.wait(timeout, started)

    def wait(self, timeout=START_SECONDS_MAX, started=None):
        """Waits for its end."""
        started = started or time.monotonic()
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise GatewayError(f"viaduct run did not end within {timeout} s\n{self.output()}") from None
        return Stopped(status, time.monotonic() - started, self.output())

    def close(self):
        """Ends it without asking questions; used at the end of a lab."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
