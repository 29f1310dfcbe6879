"""Two workers on two cores share the queues."""

import json
import os
import subprocess

import pytest
from lab import scene
from lab.transfer import transfer

PARALLEL_STREAMS = 8

pytestmark = pytest.mark.skipif(os.cpu_count() < 2, reason="two workers need two cores")


@pytest.fixture(scope="module")
def blue(shared_lab):
    return scene.make(shared_lab, cores=[0, 1])


def iperf3(source, target, *options):
    """Runs iperf3 for three seconds; returns its report."""
    server = target.namespace.start("iperf3", "--server", "--one-off", "--bind", target.address, stdout=subprocess.DEVNULL)
    try:
        for _ in range(50):
            if f"{target.address}:5201" in target.run("ss", "-ltn").stdout:
                break
        output = source.run("iperf3", "--client", target.address, "--time", 3, "--json", *options).stdout
    finally:
        server.terminate()
        server.wait(5)
    return json.loads(output)


def test_many_tcp_streams_pass_in_both_directions(blue):
    for direction in ([], ["--reverse"]):
        report = iperf3(blue.tagged, blue.vtep, "--parallel", PARALLEL_STREAMS, *direction)
        streams = [stream["receiver"]["bytes"] for stream in report["end"]["streams"]]
        assert len(streams) == PARALLEL_STREAMS and all(streams)


def test_both_workers_forward(blue):
    before = {row["core"]: row["packets"] for row in blue.gateway.show("workers")}
    iperf3(blue.tagged, blue.vtep, "--parallel", PARALLEL_STREAMS)
    assert transfer(blue.plain, blue.vtep, 5_000_000).intact
    after = {row["core"]: row["packets"] for row in blue.gateway.show("workers")}
    assert set(after) == {0, 1}
    assert all(after[core] > before[core] for core in after)


def test_a_transfer_over_two_workers_is_intact(blue):
    assert transfer(blue.tagged, blue.plain, 20_000_000).intact
    assert transfer(blue.vtep, blue.tagged, 20_000_000).intact
