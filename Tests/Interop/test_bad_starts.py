"""What a person can get wrong at the start: one clear line, the right exit status, nothing left behind."""

import copy
import re

import pytest
from lab import scene
from lab.configuration import configuration
from lab.remains import dpdk_directories, remains

FAILED, WRONG_USAGE, BAD_CONFIGURATION = 1, 64, 78


def good():
    return configuration(scene.ports(), [scene.blue()])


def changed(path, value):
    """The good configuration with one value replaced; ``path`` is a sequence of keys and indexes."""
    result = copy.deepcopy(good())
    *parents, last = path
    place = result
    for key in parents:
        place = place[key]
    place[last] = value
    return result


def refused(lab, content, prefix=()):
    """Starts a gateway that must end by itself; returns how."""
    before = dpdk_directories()
    gateway = lab.gateway(content, start=False)
    stopped = gateway.start(prefix).wait()
    assert remains(gateway) == []
    assert dpdk_directories() - before == set()
    return stopped



def test_a_device_that_does_not_exist_is_named(lab):
    stopped = refused(lab, changed(["ports", 1, "device"], "net_af_packet1,iface=vd-missing"))
    assert stopped.status == FAILED
    assert "vd-missing" in stopped.output and len(stopped.output.splitlines()) == 1


def test_a_pci_device_that_does_not_exist_is_named(lab):
    stopped = refused(lab, changed(["ports", 1, "device"], "0000:ff:1f.7"))
    assert stopped.status == FAILED
    assert "0000:ff:1f.7" in stopped.output and len(stopped.output.splitlines()) == 1


def test_a_driver_that_does_not_exist_is_named(lab):
    stopped = refused(lab, changed(["ports", 1, "device"], "net_nonsense0"))
    assert stopped.status == FAILED
    assert "net_nonsense0" in stopped.output


def test_missing_rights_are_explained(lab):
    """Root without a single capability, as in a container that was not given any."""
    stopped = refused(lab, good(), prefix=["setpriv", "--bounding-set=-all", "--inh-caps=-all"])
    assert stopped.status == FAILED
    assert "CAP_NET_ADMIN" in stopped.output or "root" in stopped.output


def test_required_hugepages_that_are_not_there_are_explained(lab):
    """More memory than any machine has set aside."""
    content = good()
    content["system"].update(hugepages="required", memory=1 << 20)
    stopped = refused(lab, content)
    assert stopped.status == FAILED
    assert "hugepages" in stopped.output


def test_a_socket_of_a_running_gateway_is_not_taken_over(lab):
    running = lab.gateway(good())
    second = lab.gateway(good(), label="second", start=False)
    second.socket = running.socket
    stopped = second.start().wait()
    assert stopped.status == FAILED
    assert str(running.socket) in stopped.output
    assert running.show("ports")


def test_a_socket_of_a_dead_gateway_is_replaced(lab):
    gateway = lab.gateway(good())
    gateway.process.kill()
    gateway.wait()
    assert gateway.socket.exists()
    gateway.start().wait_ready()
    assert gateway.show("ports")


@pytest.mark.parametrize("content", [
    "ports: [",
    "nonsense: true\n",
    changed(["networks", 0, "vni"], 1 << 24),
    changed(["networks", 0, "remotes"], [scene.GATEWAY_ADDRESS]),
    changed(["ports", 2, "mtu"], 1500),
    changed(["system", "cores"], [4095]),
], ids=["broken-yaml", "unknown-key", "vni-too-large", "own-address-as-remote", "underlay-mtu-too-small", "core-that-does-not-exist"])
def test_a_bad_configuration_is_refused_with_its_place(lab, content):
    stopped = refused(lab, content)
    assert stopped.status == BAD_CONFIGURATION
    assert re.search(r"/gateway\.yaml:\d+:\d+: error: ", stopped.output)


def test_a_configuration_file_that_does_not_exist_is_named(lab):
    gateway = lab.gateway(good(), start=False)
    gateway.file.unlink()
    stopped = gateway.start().wait()
    assert stopped.status in (FAILED, BAD_CONFIGURATION)
    assert str(gateway.file) in stopped.output


def test_the_command_line_says_when_no_gateway_runs(lab):
    gateway = lab.gateway(good(), start=False)
    result = gateway.run("show", "ports", check=False)
    assert result.returncode == FAILED
    assert str(gateway.socket) in result.stdout and len(result.stdout.splitlines()) == 1


def test_wrong_usage_has_its_own_status(lab):
    gateway = lab.gateway(good(), start=False)
    assert gateway.run("show", "nonsense", check=False).returncode == WRONG_USAGE


def test_only_its_owner_may_talk_to_the_gateway(lab):
    gateway = lab.gateway(good())
    assert gateway.socket.stat().st_mode & 0o777 == 0o600
