"""Runs iperf3 between two stations."""

import json
import subprocess
from contextlib import contextmanager

PORT = 5201


@contextmanager
def serving(target, address):
    """An iperf3 server on ``address`` of a station that takes one test."""
    server = target.namespace.start("iperf3", "--server", "--one-off", "--bind", address, stdout=subprocess.DEVNULL)
    listening = f"[{address}]:{PORT}" if ":" in address else f"{address}:{PORT}"
    try:
        for _ in range(50):
            if listening in target.run("ss", "-ltn").stdout:
                break
        yield
    finally:
        server.terminate()
        server.wait(5)


def iperf3(source, target, *options, seconds=3, address=None):
    """Runs iperf3 for some seconds; returns its report."""
    address = address or target.address
    with serving(target, address):
        output = source.run("iperf3", "--client", address, "--time", seconds, "--json", *options).stdout
    return json.loads(output)
