"""Open vSwitch as the other end of the tunnel, with its userspace datapath, over IPv4 and over IPv6."""

from types import SimpleNamespace

import pytest
from lab import scene, tshark
from lab.configuration import access, configuration, underlay
from lab.frames import BROADCAST
from lab.outer import flow, outer_frames
from lab.station import copies_heard
from lab.transfer import transfer

ADDRESSES = {"ipv4": ("192.0.2.1", "192.0.2.2", 24), "ipv6": ("2001:db8::1", "2001:db8::2", 64)}


@pytest.fixture(scope="module", params=["ipv4", "ipv6"])
def blue(request, shared_lab):
    lab, (local, remote, length) = shared_lab, ADDRESSES[request.param]
    gateway = lab.gateway(configuration(
        [access("lan0"), access("lan1"), underlay("wan0", f"{local}/{length}")], [scene.blue([remote])], vxlan={"udp-checksum": True}))
    switch = lab.switch()
    lab.plug(switch, gateway, "wan0")
    world = SimpleNamespace(
        gateway=gateway, local=local, remote=remote,
        tagged=lab.host(gateway, "lan0", *scene.inner(1), vlan=scene.VLAN, label="tagged"),
        plain=lab.host(gateway, "lan1", *scene.inner(2), label="plain"),
        ovs=lab.ovs_on(switch, address=f"{remote}/{length}", vni=scene.VNI, remotes={local: {}}, inner=scene.inner(3)))
    assert world.tagged.reaches(world.ovs.address) and world.plain.reaches(world.ovs.address)
    return world


@pytest.fixture(params=["to-ovs", "from-ovs"])
def direction(request, blue):
    return (blue.tagged, blue.ovs) if request.param == "to-ovs" else (blue.ovs, blue.tagged)


def test_ping_is_answered(direction):
    source, target = direction
    assert source.ping(target.address, count=10) == 10


def test_full_size_packets_pass_in_both_inner_families(direction):
    source, target = direction
    assert source.ping(target.address, size=1472, fragment=False) == 3
    assert source.ping(target.addresses[1], size=1452, fragment=False) == 3


def test_tcp_arrives_intact(direction):
    source, target = direction
    assert transfer(source, target, 5_000_000).intact


def test_a_broadcast_reaches_everybody_once(blue):
    for sender, hearers in [(blue.tagged, [blue.plain, blue.ovs]), (blue.ovs, [blue.tagged, blue.plain])]:
        payload = f"broadcast of {sender}".encode()
        stations = [blue.tagged, blue.plain, blue.ovs]
        heard = copies_heard(stations, payload, lambda: sender.send(BROADCAST, payload), hearers)
        assert heard == dict.fromkeys(hearers, 1)


def test_each_end_knows_the_other(blue):
    assert blue.tagged.ping(blue.ovs.address) == 3
    assert blue.gateway.row("macs", mac=blue.ovs.mac)["remote"] == blue.remote
    assert blue.tagged.mac in blue.ovs.appctl("fdb/show", "br-inner")


@pytest.mark.parametrize(
    "settings", [{"csum": "true"}, {"tos": "inherit", "ttl": "3"}, {"csum": "false"}], ids=["checksum", "tos-ttl", "no-checksum"])
def test_what_open_vswitch_sends_is_understood(blue, settings):
    for key, value in settings.items():
        blue.ovs.set_option("vxlan0", key, value)
    assert blue.ovs.reaches(blue.tagged.address)
    assert transfer(blue.ovs, blue.tagged, 1_000_000).intact


def test_wireshark_has_no_complaint_in_either_direction(blue):
    frames = outer_frames(blue.tagged, blue.ovs, [flow(blue.tagged, blue.ovs, 1, ipv6=ipv6) for ipv6 in (False, True)])
    assert len(frames) == 2 and tshark.complaints(frames) == ""
    with blue.tagged.capture() as capture:
        assert transfer(blue.ovs, blue.tagged, 200_000).intact
        assert tshark.complaints(capture.frames(0.1)) == ""
