"""Ending a gateway: quickly, with its totals, and with nothing left behind."""

import re
import signal
import subprocess
import time

import pytest
from lab import scene
from lab.configuration import configuration
from lab.remains import remains, runtime_directories

STOP_SECONDS = 2


@pytest.fixture
def gateway(lab):
    return lab.gateway(configuration(scene.ports(), [scene.blue()]))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_signal_ends_it_within_two_seconds_and_leaves_nothing(gateway, number):
    directories = runtime_directories(gateway.process)
    stopped = gateway.stop(number)
    assert stopped.status == 0, stopped.output
    assert stopped.seconds < STOP_SECONDS
    assert remains(gateway, directories) == []


def test_it_stops_under_load_and_prints_its_totals(lab):
    blue = scene.make(lab)
    flood = blue.tagged.namespace.start("ping", "-f", "-q", "-w", "10", blue.vtep.address, stdout=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        stopped = blue.gateway.stop()
    finally:
        flood.kill()
        flood.wait()
    assert stopped.status == 0 and stopped.seconds < STOP_SECONDS
    totals = re.search(r"received +([\d,]+) packets", stopped.output)
    assert totals and int(totals[1].replace(",", "")) > 100


def test_a_second_signal_does_no_harm(gateway):
    gateway.send_signal(signal.SIGTERM)
    stopped = gateway.stop(signal.SIGINT)
    assert stopped.status == 0
    assert remains(gateway) == []


def test_it_starts_again_at_once_with_the_same_ports(gateway):
    for _ in range(3):
        assert gateway.stop().status == 0
        gateway.start().wait_ready()
    assert gateway.row("ports", name="wan0")


def test_a_gateway_that_was_killed_does_not_keep_the_next_from_starting(gateway):
    gateway.send_signal(signal.SIGKILL)
    gateway.wait()
    gateway.start().wait_ready()
    assert gateway.stop().status == 0
