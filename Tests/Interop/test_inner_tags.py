"""Tags inside of VXLAN and behind the tag of a member, and priorities that become DSCP: what the kernel's vxlan gets and gives.

The kernel's endpoint takes and sends any frame, tags included; the hosts' own tags are made and taken here, byte by byte.
"""

import struct

import pytest
from lab import scene
from lab.counters import DropWatch
from lab.frames import EXPERIMENTAL, ethernet
from lab.waiting import wait_for
from scapy.layers.inet import IP
from scapy.layers.l2 import Ether

CUSTOMER = 7
KINDS = {"802.1Q": 0x8100, "802.1ad": 0x88A8}


def behind(frame, kind, tag=CUSTOMER, priority=0):
    """The frame with one more tag right behind its addresses."""
    return frame[:12] + struct.pack("!HH", kind, priority << 13 | tag) + frame[12:]


def heard(capture, payload):
    """The frame with this payload as it arrives; None when it does not."""
    return capture.wait_for(lambda frame: payload in frame, 1)


@pytest.fixture(scope="module")
def blue(shared_lab):
    return scene.make(shared_lab)


@pytest.fixture(params=["drop", "strip", "keep"])
def mode(blue, request):
    blue.gateway.reload({**blue.gateway.configuration, "networks": [scene.blue(inner_tag=request.param)]})
    assert blue.gateway.row("networks", name="blue")["settings"] == ([] if request.param == "drop" else [f"inner-tag: {request.param}"])
    return request.param


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_a_second_tag_from_an_access_port(blue, mode, kind):
    payload = f"to {mode} {kind}".encode()
    bare = ethernet(blue.tagged.mac, blue.vtep.mac, payload)
    with DropWatch(blue.gateway) as drops, blue.vtep.capture() as capture:
        blue.tagged.inject(behind(behind(bare, kind), 0x8100, scene.VLAN))
        frame = heard(capture, payload)
        assert frame == {"drop": None, "strip": bare, "keep": behind(bare, kind)}[mode]
        assert (drops.rise().get("vlan_stacked", 0) == 1) == (mode == "drop")


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
@pytest.mark.parametrize("target", ["tagged", "plain"])
def test_a_tag_inside_of_vxlan(blue, mode, target, kind):
    payload = f"from the tunnel to {target}, {mode} {kind}".encode()
    station = getattr(blue, target)
    bare = ethernet(blue.vtep.mac, station.mac, payload)
    with DropWatch(blue.gateway) as drops, station.capture() as capture:
        blue.vtep.inject(behind(bare, kind))
        expected = {"drop": None, "strip": bare, "keep": behind(bare, kind)}[mode]
        if expected and station.vlan:
            expected = behind(expected, 0x8100, station.vlan)
        assert heard(capture, payload) == expected
        assert (drops.rise().get("inner_vlan_tag", 0) == 1) == (mode == "drop")


def test_hosts_talk_in_every_mode(blue, mode):
    """What has no tag of its own is none of this."""
    assert blue.tagged.ping(blue.vtep.address) == 3 and blue.plain.ping(blue.tagged.address) == 3


def test_the_priority_of_a_tag_becomes_the_dscp_and_stays_between_ports(blue):
    configuration = blue.gateway.configuration
    blue.gateway.reload({**configuration, "vxlan": {"dscp": "priority"}})
    with blue.vtep.capture(blue.vtep.underlay) as capture:
        for priority in range(8):
            payload = f"priority {priority}".encode()
            blue.tagged.inject(behind(ethernet(blue.tagged.mac, blue.vtep.mac, payload), 0x8100, scene.VLAN, priority))
            assert Ether(heard(capture, payload))[IP].tos == priority << 5
    blue.gateway.reload(configuration)
    with blue.tagged.capture() as capture:
        blue.plain.inject(ethernet(blue.plain.mac, blue.tagged.mac, b"untagged"))
        frame = heard(capture, b"untagged")
    assert frame[14] >> 5 == 0, "an untagged frame has no priority"
    assert wait_for(lambda: blue.tagged.ping(blue.vtep.address) == 3)
    assert Ether(frame).src == blue.plain.mac and frame[16:18] == EXPERIMENTAL.to_bytes(2, "big")
