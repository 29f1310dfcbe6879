"""Loops behind access ports: found by probes that come back, cut, and healed when they are gone."""

import time

import pytest
from lab.configuration import access, configuration, network, underlay, untagged
from lab.counters import DropWatch
from lab.frames import BROADCAST, Capture
from lab.patch import Patch
from lab.stream import Stream
from lab.waiting import holds, wait_for

FOUND_SECONDS_MAX = 3
HEALED_SECONDS_MAX = 6
PROBES = bytes.fromhex("cf0000000000")


def guarded(name, detects=True):
    return {**access(name), "loop-detection": detects}


def settings(detects=True):
    """Blue on lan0 to lan2 and a VTEP, red on lan3 and lan4; lan0 and lan1 are guarded."""
    return configuration(
        [guarded("lan0", detects), guarded("lan1", detects), access("lan2"), access("lan3"), access("lan4"),
         underlay("wan0", "192.0.2.1/24")],
        [network("blue", 10100, [untagged("lan0"), untagged("lan1"), untagged("lan2")], ["192.0.2.2"]),
         network("red", 10200, [untagged("lan3"), untagged("lan4")])],
        memory=768)


def block(gateway, port):
    return gateway.row("ports", name=port)["blocked_by"]


def is_blocked(gateway, port, seconds=FOUND_SECONDS_MAX):
    return wait_for(lambda: block(gateway, port) is not None, seconds)


def is_open(gateway, port, seconds=HEALED_SECONDS_MAX):
    return wait_for(lambda: block(gateway, port) is None, seconds)


@pytest.fixture
def gateway(lab):
    return lab.gateway(settings())


def test_a_cable_between_two_ports_is_found_cut_and_healed(lab, gateway):
    patch = Patch(lab, gateway, "lan0", "lan1")
    host = lab.host(gateway, "lan2", "10.1.0.1/24")
    reds = [lab.host(gateway, f"lan{index}", f"10.2.0.{index}/24") for index in (3, 4)]
    vtep = lab.vtep(gateway, "wan0", vni=10100, remotes=["192.0.2.1"], inner=["10.1.0.2/24"])
    assert host.reaches(vtep.address) and reds[0].reaches(reds[1].address)
    with Stream(*reds) as stream:
        time.sleep(0.3)
        patch.plug()
        # What circles now.
        for _ in range(20):
            host.send(BROADCAST, b"round and round")
        started = time.monotonic()
        assert is_blocked(gateway, "lan1")
        found = time.monotonic() - started
        time.sleep(1)
    print(f"found within {found:.2f} s; {stream.sent} datagrams elsewhere, {len(stream.lost)} lost")
    assert stream.lost == []
    cause = block(gateway, "lan1")
    assert cause["cause"] == "loop" and cause["network"] == "blue"
    assert {cause["sent"], cause["returned"]} == {"lan0 untagged", "lan1 untagged"}
    assert block(gateway, "lan0") is None
    assert "port lan1 is blocked" in gateway.output()
    assert "lan1 is blocked" in gateway.run("show", "ports").stdout
    # Nothing circles any more, and the network works.
    with Capture(patch.namespace, patch.first) as capture:
        frames = capture.during(1)
    assert [frame for frame in frames if b"round and round" in frame] == []
    assert host.reaches(vtep.address)
    # A loop that stands stays cut.
    assert holds(lambda: block(gateway, "lan1") is not None, 7)
    assert gateway.output().count("loop: ") == 1
    patch.pull()
    assert is_open(gateway, "lan1")
    assert "port lan1 is open again" in gateway.output()
    assert host.reaches(vtep.address)


def test_a_blocked_port_lets_nothing_but_probes_pass(lab, gateway):
    patch = Patch(lab, gateway, "lan0", "lan1")
    host = lab.host(gateway, "lan2", "10.1.0.1/24")
    patch.plug()
    assert is_blocked(gateway, "lan1")
    with DropWatch(gateway) as watch, Capture(patch.namespace, patch.second) as capture:
        host.send(BROADCAST, b"not there")
        frames = capture.during(2.5)
        assert watch.reaches("port_blocked", 1) and watch.reaches("loop_probe", 2)
    assert len(frames) >= 2 and all(frame.startswith(PROBES) for frame in frames)


def test_a_switch_that_sends_back_what_it_gets_is_cut_off(lab, gateway):
    switch = lab.switch("mirror", mtu=1500)
    port = lab.plug(switch, gateway, "lan0")
    host = lab.host(gateway, "lan2", "10.1.0.1/24")
    switch.namespace.run("bridge", "link", "set", "dev", port, "hairpin", "on")
    assert is_blocked(gateway, "lan0")
    assert block(gateway, "lan0")["sent"] == block(gateway, "lan0")["returned"] == "lan0 untagged"
    with host.capture() as capture:
        host.send(BROADCAST, b"echo?")
        assert capture.wait_for(lambda frame: b"echo?" in frame, 1) is None
    switch.namespace.run("bridge", "link", "set", "dev", port, "hairpin", "off")
    assert is_open(gateway, "lan0")


def test_a_loop_over_a_remote_endpoint_is_cut_where_it_is_ours(lab, gateway):
    """The endpoint's host bridges its vxlan device with lan0."""
    vtep = lab.vtep(gateway, "wan0", vni=10100, remotes=["192.0.2.1"], inner=[])
    host = lab.host(gateway, "lan2", "10.1.0.1/24")
    inside = vtep.namespace
    inside.take("vd-lan0", gateway.namespace)
    inside.ip(
        "link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0", "link set br0 up",
        "link set dev vd-lan0 address 02:5b:00:00:00:7d master br0 up", "link set dev vxlan0 master br0")
    host.send(BROADCAST, b"over there")
    assert is_blocked(gateway, "lan0")
    assert block(gateway, "lan0")["returned"] == "remote 192.0.2.2"
    assert holds(lambda: block(gateway, "lan0") is not None, 5)
    inside.ip("link set dev vxlan0 nomaster")
    assert is_open(gateway, "lan0")


def test_of_two_gateways_on_one_segment_one_leaves(lab):
    """Both bridge the same switch into the same network: the loop that redundancy makes."""
    underlay_switch, segment = lab.switch("underlay"), lab.switch("segment", mtu=1500)
    addresses, gateways = ["192.0.2.1", "192.0.2.2"], []
    for index, address in enumerate(addresses):
        gateway = lab.gateway(configuration(
            [guarded("lan0"), access("lan1"), underlay("wan0", f"{address}/24")],
            [network("blue", 10100, [untagged("lan0"), untagged("lan1")], [addresses[1 - index]])]), label=f"gateway{index}")
        lab.plug(underlay_switch, gateway, "wan0")
        gateways.append(gateway)
    hosts = [lab.host(gateway, "lan1", f"10.1.0.{index + 1}/24") for index, gateway in enumerate(gateways)]
    assert hosts[0].reaches(hosts[1].address)
    on_segment = lab.host_on(segment, "10.1.0.9/24")
    for gateway in gateways:
        lab.plug(segment, gateway, "lan0")

    def blocked():
        return sum(block(gateway, "lan0") is not None for gateway in gateways)

    # Now and then both find the loop at the same moment, and both leave; one comes back, then.
    assert wait_for(lambda: blocked() == 1 and holds(lambda: blocked() == 1, 5), 40)
    for host in hosts:
        assert on_segment.reaches(host.address)


def test_detection_is_switched_by_reload(lab, gateway):
    patch = Patch(lab, gateway, "lan0", "lan1")
    patch.plug()
    assert is_blocked(gateway, "lan1")
    gateway.reload(settings(detects=False))
    assert block(gateway, "lan1") is None
    patch.pull()
    with Capture(patch.namespace, patch.first) as capture:
        assert not [frame for frame in capture.during(2) if frame.startswith(PROBES)]
    gateway.reload(settings())
    patch.plug()
    assert is_blocked(gateway, "lan1")
