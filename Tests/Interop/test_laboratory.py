"""The laboratory itself, against the kernel alone: a test that trusts it must not fail because of it."""

import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from lab import ownership, path_mtu, tshark
from lab.station import bring_up
from lab.transfer import transfer
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.layers.vxlan import VXLAN

pytestmark = pytest.mark.kernel_only


def cabled_pair(lab, vlans=(None, None)):
    """Two stations on the ends of a cable."""
    left, right = lab.namespace("left"), lab.namespace("right")
    left.ip(f"link add port type veth peer name port netns {right.name}")
    stations = []
    for index, (namespace, vlan) in enumerate(zip((left, right), vlans)):
        mac, addresses = f"02:00:00:00:00:0{index + 1}", [f"10.0.0.{index + 1}/24"]
        bring_up(namespace, "port", mac=mac, addresses=addresses, vlan=vlan)
        stations.append(lab.station(namespace, "port", mac, addresses, vlan))
    return stations


def test_two_hosts_on_the_same_vlan_reach_each_other(lab):
    left, _ = cabled_pair(lab, (100, 100))
    assert left.ping("10.0.0.2") == 3


def test_a_host_puts_its_tag_on_the_wire(lab):
    left, right = cabled_pair(lab, (100, None))
    with right.capture() as capture:
        left.ping("10.0.0.2", count=1, timeout=0.1)
        assert capture.wait_for(lambda frame: frame[12:16] == bytes.fromhex("81000064"))


@pytest.mark.parametrize("vlans", [(100, 200), (100, None), (None, 100)])
def test_hosts_on_different_vlans_do_not_reach_each_other(lab, vlans):
    left, _ = cabled_pair(lab, vlans)
    assert left.ping("10.0.0.2", count=2, timeout=0.1) == 0


def test_a_switch_keeps_vlans_apart_by_their_tags_alone(lab):
    switch = lab.switch(mtu=1500)
    first, second = (lab.host_on(switch, f"10.0.0.{index}/24", vlan=100, label=f"host{index}") for index in (1, 2))
    other = lab.host_on(switch, "10.0.0.3/24", vlan=200, label="host3")
    assert first.ping(second.address, size=1472, fragment=False) == 3
    assert first.ping(other.address, count=2, timeout=0.1) == 0


def test_injected_frames_arrive_byte_by_byte(lab):
    left, right = cabled_pair(lab, (100, None))
    frame = bytes.fromhex("020000000002 020000000001 8100 00c8 88b5") + bytes(range(60))
    with right.capture() as capture:
        left.inject(frame)
        assert capture.frames(0.1) == [frame]


def test_a_kernel_endpoint_talks_to_another_through_a_switch(lab):
    switch = lab.switch()
    endpoints = [
        lab.vtep_on(
            switch, address=f"192.0.2.{index}/24", vni=10100, remotes=[f"192.0.2.{3 - index}"], inner=[f"10.1.0.{index}/24"],
            label=f"vtep{index}") for index in (1, 2)]
    assert endpoints[0].reaches("10.1.0.2")
    assert endpoints[0].known_macs()[endpoints[1].mac] == "192.0.2.2"
    endpoints[0].forget_macs()
    assert endpoints[1].mac not in endpoints[0].known_macs()


def test_a_transfer_is_intact_over_vxlan(lab):
    switch = lab.switch()
    first = lab.vtep_on(switch, address="192.0.2.1/24", vni=1, remotes=["192.0.2.2"], inner=["10.1.0.1/24"], label="a")
    second = lab.vtep_on(switch, address="192.0.2.2/24", vni=1, remotes=["192.0.2.1"], inner=["10.1.0.2/24"], label="b")
    result = transfer(first, second, 3_000_001)
    assert result.intact and result.byte_count == 3_000_001


@pytest.mark.parametrize("address, options", [
    ("192.0.2.{}/24", "udpcsum"), ("2001:db8::{}/64", ""), ("2001:db8::{}/64", "udp6zerocsumtx udp6zerocsumrx")])
def test_endpoints_talk_over_both_families(lab, address, options):
    switch = lab.switch()
    first, second = (
        lab.vtep_on(
            switch, address=address.format(index), vni=1, remotes=[address.format(3 - index).partition("/")[0]],
            inner=[f"10.1.0.{index}/24"], options=options, label=f"vtep{index}") for index in (1, 2))
    assert first.reaches(second.address)
    assert first.ping(second.address, size=1472, fragment=False) == 3


@pytest.mark.parametrize("address, group", [("192.0.2.{}/24", "239.1.1.1"), ("2001:db8::{}/64", "ff05::1:1")])
def test_a_snooping_switch_forwards_to_members_until_they_leave(lab, address, group):
    """An entry of the bridge lasts minutes without a question: only a leave makes it go."""
    switch = lab.snooping_switch(query_seconds=120)
    first, second = (
        lab.vtep_on(
            switch, address=address.format(index), vni=1, remotes=[], inner=[f"10.1.0.{index}/24"], options=f"group {group}",
            label=f"vtep{index}") for index in (1, 2))
    assert switch.forwards(group, "port2")
    assert first.reaches(second.address)
    second.namespace.ip("link delete vxlan0")
    assert switch.forgets(group, "port2") and group in switch.entries("port1")


def test_an_endpoint_behind_a_router_is_reached_over_ipv6(lab):
    near, far, router = lab.switch("near"), lab.switch("far"), lab.router()
    router.attach(near, "near", "2001:db8:1::fe/64")
    router.attach(far, "far", "2001:db8:2::fe/64")
    endpoints = [
        lab.vtep_on(
            switch, address=f"2001:db8:{index}::1/64", vni=1, remotes=[f"2001:db8:{3 - index}::1"], inner=[f"10.1.0.{index}/24"],
            label=f"vtep{index}") for index, switch in [(1, near), (2, far)]]
    for index, endpoint in enumerate(endpoints, 1):
        endpoint.namespace.ip(f"route add default via 2001:db8:{index}::fe")
    assert endpoints[0].reaches(endpoints[1].address)


@pytest.mark.parametrize("first, second, length", [("192.0.2.1", "192.0.2.2", 24), ("2001:db8::1", "2001:db8::2", 64)])
def test_open_vswitch_talks_to_the_kernel(lab, first, second, length):
    switch = lab.switch()
    kernel = lab.vtep_on(switch, address=f"{first}/{length}", vni=1, remotes=[second], inner=["10.1.0.1/24"])
    # Open vSwitch takes packets as they are on the cable, where the kernel leaves checksums to whoever receives them.
    kernel.run("ethtool", "--offload", kernel.underlay, "tx", "off")
    ovs = lab.ovs_on(switch, address=f"{second}/{length}", vni=1, remotes={first: {}}, inner=["10.1.0.2/24"])
    assert kernel.reaches(ovs.address)
    assert transfer(ovs, kernel, 1_000_000).intact


@pytest.mark.parametrize("family, prefix, headers", [(0, "10.{}.0.{}", 20 + 32), (1, "2001:db8:{}::{}", 40 + 32)], ids=["ipv4", "ipv6"])
def test_the_mtu_of_a_path_is_found(lab, family, prefix, headers):
    """A router on the way takes 1400 bytes."""
    router, stations = lab.router(), []
    for link in (1, 2):
        switch, length = lab.switch(f"link{link}", mtu=1500), (24, 64)[family]
        router.attach(switch, f"link{link}", f"{prefix.format(link, 254)}/{length}")
        stations.append(lab.host_on(switch, f"{prefix.format(link, 1)}/{length}", label=f"host{link}"))
        stations[-1].namespace.ip(f"route add default via {prefix.format(link, 254)}")
    router.namespace.ip("link set dev link2 mtu 1400")
    source, target = stations
    assert path_mtu.tracepath(source, target.address) == 1400
    assert path_mtu.cached(source, target.address) == 1400
    path_mtu.forget(source)
    assert path_mtu.cached(source, target.address) is None
    wanted = (1400 - headers, 1400)
    assert path_mtu.settled_segment(source, target, target.address, wanted) == wanted


def test_tshark_finds_a_wrong_checksum_inside_a_tunnel():
    good = Ether() / IP(src="192.0.2.1", dst="192.0.2.2") / UDP(sport=50000, dport=4789, chksum=0) / VXLAN(vni=1, flags=8)
    inner = Ether() / IP(src="10.0.0.1", dst="10.0.0.2") / UDP(sport=1, dport=2) / b"data"
    broken = Ether() / IP(src="10.0.0.1", dst="10.0.0.2", chksum=1) / UDP(sport=1, dport=2) / b"data"
    assert tshark.complaints([bytes(good / inner)]) == ""
    assert tshark.fields([bytes(good / inner)], "ip.src", "udp.dstport") == [[["192.0.2.1", "10.0.0.1"], ["4789", "2"]]]
    assert "10.0.0.1" in tshark.complaints([bytes(good / broken)])


def test_what_a_killed_run_leaves_behind_is_swept_away():
    """The victim makes a namespace with a process in it and is killed without a chance to clean up."""
    script = textwrap.dedent("""
        import sys, time
        from lab.namespace import Namespace
        namespace = Namespace("victim")
        sleeper = namespace.start("sleep", "60")
        print(namespace.name, sleeper.pid, flush=True)
        time.sleep(60)
        """)
    with subprocess.Popen(
            [sys.executable, "-c", script], cwd=Path(__file__).parent, stdout=subprocess.PIPE, text=True) as victim:
        name, pid = victim.stdout.readline().split()
        assert name not in ownership.sweep()
        victim.kill()
        victim.wait()
    assert name in ownership.sweep()
    assert not (ownership.NAMESPACES / name).exists()
    deadline = time.monotonic() + 2
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not Path(f"/proc/{pid}").exists()
