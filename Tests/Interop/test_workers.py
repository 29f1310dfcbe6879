"""Two workers on two cores share the queues."""

import os
import time

import pytest
from lab import scene
from lab.configuration import configuration
from lab.iperf3 import iperf3
from lab.transfer import transfer

PARALLEL_STREAMS = 8

pytestmark = pytest.mark.skipif(os.cpu_count() < 2, reason="two workers need two cores")


@pytest.fixture(scope="module")
def blue(shared_lab):
    return scene.make(shared_lab, cores=[0, 1])


def queue_packets(gateway, port):
    """Packets from each receive queue of a port, over all workers."""
    queues = [queue for row in gateway.show("workers") for queue in row["queues"]]
    return {queue["queue"]: queue["packets"] for queue in queues if queue["port"] == port}


def three_counts(gateway):
    """All packets received, as the ports, the workers and their queues count them."""
    ports, workers = gateway.show("ports"), gateway.show("workers")
    queues = [queue for row in workers for queue in row["queues"]]
    return [sum(row["rx_packets"] for row in ports), *(sum(row["packets"] for row in rows) for rows in (workers, queues))]


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


def test_each_worker_polls_its_own_queue_of_every_port(blue):
    polled = {row["core"]: [(queue["port"], queue["queue"]) for queue in row["queues"]] for row in blue.gateway.show("workers")}
    assert polled == {core: [(port, core) for port in ("lan0", "lan1", "wan0")] for core in (0, 1)}
    assert {row["name"]: row["spread"]["by"] for row in blue.gateway.show("ports")} == dict.fromkeys(["lan0", "lan1", "wan0"], "kernel")


def test_queues_account_for_every_packet(blue):
    iperf3(blue.tagged, blue.vtep, "--parallel", PARALLEL_STREAMS)
    # The last packets of a stream may still be on their way between two questions, and a worker counts its own at the end of a round.
    deadline = time.monotonic() + 10
    while len(set(counts := three_counts(blue.gateway))) > 1 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(set(counts)) == 1, counts


def test_the_flows_of_a_port_come_to_both_queues(blue):
    before = queue_packets(blue.gateway, "lan0")
    iperf3(blue.tagged, blue.vtep, "--parallel", PARALLEL_STREAMS)
    after = queue_packets(blue.gateway, "lan0")
    assert all(after[queue] - before[queue] > 100 for queue in (0, 1))


def test_the_table_names_workers_queues_and_their_spread(blue):
    text = blue.gateway.run("show", "workers").stdout
    workers, queues, spread = (part.splitlines() for part in text.split("\n\n"))
    assert workers[0].split() == ["CORE", "NUMA", "NODE", "BUSY", "PACKETS", "CYCLES/PACKET", "AVERAGE", "BURST", "BURST", "FILL"]
    assert [line.split()[:3] for line in queues[1:]] == [
        [port, str(queue), str(queue)] for port in ("lan0", "lan1", "wan0") for queue in (0, 1)]
    assert [line.split()[0::3] for line in spread[1:]] == [[port, "kernel"] for port in ("lan0", "lan1", "wan0")]


def test_a_transfer_over_two_workers_is_intact(blue):
    assert transfer(blue.tagged, blue.plain, 20_000_000).intact
    assert transfer(blue.vtep, blue.tagged, 20_000_000).intact


def test_a_port_with_one_queue_shares_its_transmit_queue(lab):
    ports = scene.ports()
    ports[0]["queues"] = 1
    gateway = lab.gateway(configuration(ports, [scene.blue()], cores=[0, 1]))
    small = scene.connect(lab, gateway)
    assert gateway.row("ports", name="lan0")["queues"] == {"rx": 1, "tx": 1}
    assert [len(row["queues"]) for row in gateway.show("workers")] == [3, 2]
    assert iperf3(small.vtep, small.tagged, "--parallel", PARALLEL_STREAMS)["end"]["sum_received"]["bytes"]
    assert transfer(small.vtep, small.tagged, 5_000_000).intact
