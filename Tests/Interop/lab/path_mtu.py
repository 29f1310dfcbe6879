"""What a host knows of the largest packet that its path takes, as the tools of the kernel tell it."""

import re
import subprocess

from .iperf3 import serving

DATA_PORT = 5300
SECONDS_MAX = 10
SEGMENT = re.compile(r"\bmss:(?P<mss>\d+)\b.*\bpmtu:(?P<pmtu>\d+)\b")


def tracepath(source, address):
    """Path MTU in bytes that ``tracepath`` finds."""
    output = source.run("tracepath", "-6" if ":" in address else "-4", "-n", "-m", "3", address).stdout
    return int(re.search(r"Resume: pmtu (\d+)", output)[1])


def cached(source, address):
    """Path MTU in bytes that the kernel remembers for an address; None when it knows none."""
    match = re.search(r"\bmtu (\d+)\b", source.run("ip", "route", "get", address).stdout)
    return match and int(match[1])


def forget(source):
    """Makes the kernel forget what it remembers of all paths."""
    for family in ("-4", "-6"):
        source.run("ip", family, "route", "flush", "cache")


def settled_segment(source, target, address, wanted):
    """Maximum segment size and path MTU of a TCP transfer by iperf3, as ``ss`` shows them: ``wanted`` as soon as they are so, otherwise
    the last ones."""
    seen = None
    with serving(target, address):
        client = source.namespace.start("iperf3", "--client", address, "--time", 2, "--cport", DATA_PORT, stdout=subprocess.DEVNULL)
        try:
            while client.poll() is None and seen != wanted:
                match = SEGMENT.search(source.run("ss", "-Htin", f"sport = :{DATA_PORT}").stdout)
                seen = (int(match["mss"]), int(match["pmtu"])) if match else seen
        finally:
            client.terminate()
            client.wait(SECONDS_MAX)
    return seen
