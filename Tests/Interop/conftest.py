"""Fixtures of the end-to-end tests. They need root, and the release build of viaduct (``make build``)."""

import os
import signal

import pytest
from lab import gateway as gateways
from lab import lab as labs
from lab import ownership
from lab.lab import Lab

LOG_LINES_SHOWN = 40


def pytest_sessionstart(session):
    if os.geteuid() != 0:
        pytest.exit("the end-to-end tests make network namespaces: run them as root", returncode=4)
    # Ended by a supervisor or a closed terminal is like Ctrl-C, also in a background job, where Ctrl-C is off: the fixtures still
    # take down what they made.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    ownership.sweep()


@pytest.fixture(scope="session", autouse=True)
def built(request):
    """Says at once what is missing, instead of failing every test in its own way."""
    kernel_only = all(item.get_closest_marker("kernel_only") for item in request.session.items)
    if not kernel_only and not os.access(gateways.binary(), os.X_OK):
        pytest.exit(f"{gateways.binary()} is not there: run make build first", returncode=4)


@pytest.fixture
def lab():
    """An empty lab for one test."""
    with Lab() as lab:
        yield lab


@pytest.fixture(scope="module")
def shared_lab():
    """An empty lab for all tests of a file."""
    with Lab() as lab:
        yield lab


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failure comes with the last lines of the log of each gateway that runs at that moment."""
    report = (yield).get_result()
    if not report.failed:
        return
    for lab in labs.living:
        for gateway in lab.gateways:
            lines = gateway.output().splitlines()[-LOG_LINES_SHOWN:]
            report.sections.append((f"log of {gateway.namespace.label}", "\n".join(lines)))
