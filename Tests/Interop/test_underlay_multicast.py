"""Multicast groups as RFC 7348 section 4.2 has them, over a bridge that snoops IGMP and MLD and is the querier.

    tagged, other: hosts       hub: every frame to every port     snooping: multicast to members only
    lan0, lan1 --- gateway --- wan0 --- hub ------------------------ four, six   (kernel endpoints, members)
                                        neighbour                    outside     (kernel endpoint, in the replication list)
                                                                     bystander   (member of nothing)
"""

import random
from types import SimpleNamespace

import pytest
from lab import membership, scene, tshark
from lab.configuration import access, configuration, network, tagged, underlay, untagged
from lab.frames import BROADCAST, Injector
from lab.membership import Member
from lab.mutation import mutated
from lab.outer import flow, outer_packets
from lab.station import bring_up, copies_heard
from lab.transfer import transfer
from lab.waiting import holds, wait_for
from scapy.layers.inet import IP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether

GROUPS = {"blue": "239.1.1.1", "red": "ff05::1:1"}
GATEWAYS = {"blue": "192.0.2.1", "red": "2001:db8::1"}
ENDPOINTS = {"blue": "192.0.2.2", "red": "2001:db8::2"}
OUTSIDE = "192.0.2.3"
GREEN = "239.2.2.2"
QUERY_SECONDS, MEMBERSHIP_SECONDS = 1, 3
BAD_PACKETS = 3000
# A stale neighbour is used for 5 s, then asked three times a second apart, then resolved anew (RFC 4861 section 10).
PROBED_SECONDS = 20


def wan0():
    return underlay("wan0", ["192.0.2.1/24", "2001:db8::1/64"])


def networks(blue=GROUPS["blue"]):
    return [
        network("blue", 10, [tagged("lan0", scene.VLAN)], [OUTSIDE], group=blue),
        network("red", 20, [untagged("lan1")], group=GROUPS["red"], group_port="wan0")]


def with_networks(*networks):
    return configuration(
        [access("lan0"), access("lan1"), wan0()], networks, vxlan={"accept": ["192.0.2.0/24", "2001:db8::/64"]})


def member(lab, switch, name, vni, index):
    """A kernel endpoint in the group of a network."""
    address = ENDPOINTS[name] + ("/64" if ":" in ENDPOINTS[name] else "/24")
    return lab.vtep_on(
        switch, address=address, vni=vni, remotes=[], inner=scene.inner(index), options=f"group {GROUPS[name]}", label=name)


def listener(lab, switch, label, *addresses):
    """A station on a switch that has nothing to do with the tunnels."""
    namespace = lab.namespace(label)
    switch.cable(namespace, "port")
    bring_up(namespace, "port", mtu=1600, addresses=addresses)
    return lab.station(namespace, "port", None, addresses)


@pytest.fixture(scope="module")
def world(shared_lab):
    lab = shared_lab
    gateway = lab.gateway(with_networks(*networks()))
    hub, snooping = lab.switch("hub"), lab.snooping_switch()
    port = lab.plug(hub, gateway, "wan0")
    _, uplink = lab.join(hub, snooping)
    world = SimpleNamespace(
        lab=lab, gateway=gateway, snooping=snooping, uplink=uplink, cable=Injector(hub.namespace, port),
        bystander=listener(lab, snooping, "bystander"), neighbour=listener(lab, hub, "neighbour", "192.0.2.9/24", "2001:db8::9/64"),
        tagged=lab.host(gateway, "lan0", *scene.inner(1), vlan=scene.VLAN, label="tagged"),
        other=lab.host(gateway, "lan1", *scene.inner(1), label="other"),
        four=member(lab, snooping, "blue", 10, 2), six=member(lab, snooping, "red", 20, 2),
        outside=lab.vtep_on(
            snooping, address=f"{OUTSIDE}/24", vni=10, remotes=["192.0.2.1"], inner=scene.inner(3), label="outside"))
    for group in GROUPS.values():
        assert snooping.forwards(group, uplink), f"the gateway did not join {group}"
    # No configuration names the members: the first packets are lost while the gateway gets to know them.
    assert world.tagged.reaches(world.four.address) and world.other.reaches(world.six.address)
    for remote in ENDPOINTS.values():
        assert wait_for(lambda: (gateway.row("tunnels", remote=remote) or {}).get("state") == "up")
    yield world
    world.cable.close()


@pytest.fixture(params=["blue", "red"])
def pair(request, world):
    """A network over an IPv4 group and one over an IPv6 group: its host, its endpoint in the group, the group."""
    host, endpoint = (world.tagged, world.four) if request.param == "blue" else (world.other, world.six)
    return SimpleNamespace(
        host=host, endpoint=endpoint, group=GROUPS[request.param], address=ENDPOINTS[request.param], gateway=GATEWAYS[request.param])


def destination(packet):
    return packet[IPv6].dst if IPv6 in packet else packet[IP].dst


def said(capture, record, timeout=5):
    """The first IGMP or MLD message that has a record; None when it does not come in time."""
    return capture.wait_for(lambda frame: record in membership.records(frame), timeout)


def test_a_host_and_a_member_of_the_group_reach_each_other(pair):
    pair.host.forget_neighbors()
    assert pair.host.ping(pair.endpoint.address, count=10) == 10
    pair.endpoint.forget_neighbors()
    assert pair.endpoint.ping(pair.host.address, count=10) == 10


def test_full_size_packets_and_tcp_pass(pair):
    assert pair.endpoint.ping(pair.host.addresses[1], size=1452, fragment=False) == 3
    assert transfer(pair.host, pair.endpoint, 2_000_000).intact
    assert transfer(pair.endpoint, pair.host, 2_000_000).intact


def test_the_membership_outlives_the_querys_timeout(world):
    """The switch asks every second and forgets who has not answered for three: only answers keep the entries."""
    assert holds(lambda: set(GROUPS.values()) <= set(world.snooping.entries(world.uplink)), MEMBERSHIP_SECONDS + 1)


def test_the_membership_is_for_any_source(world):
    """Exclude nothing (RFC 3376 section 4.2.12): the mode of a member of the whole group."""
    entries = world.snooping.entries(world.uplink)
    assert {group: entries[group]["filter_mode"] for group in GROUPS.values()} == dict.fromkeys(GROUPS.values(), "exclude")


def test_neighbour_discovery_passes_a_snooping_switch(world):
    """Solicitations go to the solicited-node group of an address, which its owner must have joined (RFC 4861 section 7.2.1)."""
    assert world.snooping.forwards("ff02::1:ff00:1", world.uplink)
    world.six.namespace.ip(f"neigh flush dev {world.six.underlay}")
    assert world.six.ping(GATEWAYS["red"], count=3) == 3


def test_a_flooded_frame_goes_to_the_group_once(pair):
    frames = [flow(pair.host, pair.endpoint, 1)]
    frames[0][Ether].dst = BROADCAST
    (packet,) = outer_packets(pair.host, pair.endpoint, frames)
    assert destination(packet) == pair.group
    assert packet[Ether].dst == ("33:33:00:01:00:01" if ":" in pair.group else "01:00:5e:01:01:01")
    assert tshark.complaints([bytes(packet)]) == ""


@pytest.mark.parametrize("target", [BROADCAST, "01:00:5e:00:01:02", "02:00:00:00:dd:01"], ids=["broadcast", "multicast", "unknown"])
def test_a_flooded_frame_reaches_members_and_the_replication_list_once(world, target):
    payload = f"to the group and beyond, at {target}".encode()
    stations = [world.tagged, world.other, world.four, world.six, world.outside]
    heard = copies_heard(stations, payload, lambda: world.tagged.send(target, payload), [world.four, world.outside])
    assert heard == {world.four: 1, world.outside: 1}


def test_who_is_not_in_the_group_hears_nothing_of_it(world):
    payload = b"for members only"
    heard = copies_heard([world.bystander, world.four], payload, lambda: world.tagged.send(BROADCAST, payload), [world.four])
    assert heard == {world.four: 1}


def test_a_frame_to_the_group_reaches_the_hosts_once(pair, world):
    payload = f"from the group {pair.group}".encode()
    heard = copies_heard([world.tagged, world.other], payload, lambda: pair.endpoint.send(BROADCAST, payload), [pair.host])
    assert heard == {pair.host: 1}


def test_macs_are_learned_from_the_group_and_answered_directly(pair, world):
    world.gateway.run("mac", "flush", "--all")
    pair.endpoint.send(BROADCAST, b"here I am")
    assert wait_for(lambda: world.gateway.row("macs", mac=pair.endpoint.mac))
    assert world.gateway.row("macs", mac=pair.endpoint.mac)["remote"] == pair.address
    (packet,) = outer_packets(pair.host, pair.endpoint, [flow(pair.host, pair.endpoint, 1)])
    assert destination(packet) == pair.address


def test_the_replication_list_is_reached_beside_the_group(world):
    assert world.outside.ping(world.tagged.address) == 3
    assert world.tagged.ping(world.outside.address) == 3


def test_a_group_specific_query_is_answered(pair, world):
    """Another member behind the same port of the switch leaves: the switch asks for this group only, and forgets it unless answered."""
    with world.neighbour.capture() as capture:
        with Member(world.neighbour.namespace, "port", pair.group):
            assert world.snooping.forwards(pair.group, world.uplink)
        assert capture.wait_for(lambda frame: membership.queried(frame) == pair.group, 5)
        assert holds(lambda: pair.group in world.snooping.entries(world.uplink), MEMBERSHIP_SECONDS)


def test_wireshark_has_no_complaint_about_what_the_gateway_says(world):
    """Reports to the queries of two seconds, and what is flooded to the group meanwhile."""
    mac = bytes.fromhex(world.gateway.mac("wan0").replace(":", ""))
    with world.neighbour.capture() as capture:
        for port in range(8):
            world.tagged.inject(flow(world.tagged, world.four, port))
            world.tagged.send(BROADCAST, b"well-formed")
        frames = [frame for frame in capture.during(2 * QUERY_SECONDS) if frame[6:12] == mac]
    assert any(b"well-formed" in frame for frame in frames)
    for group in GROUPS.values():
        assert any((group, membership.IS_EXCLUDE) in membership.records(frame) for frame in frames)
    assert tshark.complaints(frames) == ""


def test_reports_are_addressed_as_the_rfcs_ask(world):
    """To all routers of the version, on the link only, with the router alert option (RFC 3376 section 4, RFC 3810 section 5)."""
    with world.neighbour.capture() as capture:
        four, six = (said(capture, (group, membership.IS_EXCLUDE)) for group in GROUPS.values())
    names = ["ip.dst", "ip.ttl", "ip.opt.type", "ipv6.dst", "ipv6.hlim", "ipv6.opt.type"]
    assert tshark.fields([four, six], *names) == [
        [["224.0.0.22"], ["1"], ["148"], [], [], []], [[], [], [], ["ff02::16"], ["1"], ["0x05", "0x01"]]]
    assert Ether(six)[IPv6].src.startswith("fe80::")


def test_a_network_with_a_group_comes_and_goes(world):
    green = network("green", 30, [tagged("lan0", 300)], group=GREEN)
    with world.neighbour.capture() as capture:
        world.gateway.reload(with_networks(*networks(), green))
        assert world.snooping.forwards(GREEN, world.uplink)
        world.gateway.reload(with_networks(*networks()))
        assert said(capture, (GREEN, membership.TO_INCLUDE), timeout=1), "the gateway did not leave the group"
    assert world.snooping.forgets(GREEN, world.uplink)


def test_a_group_of_two_networks_is_left_with_the_last(world):
    members = [network(name, vni, [tagged("lan0", vni)], group=GREEN) for name, vni in [("green", 30), ("olive", 31)]]
    with world.neighbour.capture() as capture:
        world.gateway.reload(with_networks(*networks(), *members))
        assert world.snooping.forwards(GREEN, world.uplink)
        world.gateway.reload(with_networks(*networks(), members[0]))
        assert not said(capture, (GREEN, membership.TO_INCLUDE), timeout=0.5)
        world.gateway.reload(with_networks(*networks()))
        assert said(capture, (GREEN, membership.TO_INCLUDE), timeout=1)


def test_another_group_is_joined_and_the_old_one_left(world):
    world.gateway.reload(with_networks(*networks(blue=GREEN)))
    assert world.snooping.forwards(GREEN, world.uplink) and world.snooping.forgets(GROUPS["blue"], world.uplink)
    world.gateway.reload(with_networks(*networks()))
    assert world.snooping.forwards(GROUPS["blue"], world.uplink) and world.snooping.forgets(GREEN, world.uplink)
    assert world.tagged.reaches(world.four.address)


def control_packets(world):
    """What a host and a querier say to the gateway: echo requests, neighbour discovery, queries and reports."""
    with world.neighbour.capture() as queries, world.neighbour.capture(outgoing=True) as own:
        world.neighbour.forget_neighbors()
        for gateway in GATEWAYS.values():
            assert world.neighbour.reaches(gateway)
        frames = queries.during(2 * QUERY_SECONDS) + own.frames(0)
    return [frame for frame in frames if frame[12:14] == b"\x86\xdd" or frame[12:14] == b"\x08\x00"]


def test_random_and_truncated_control_packets_do_no_harm(world):
    """They go to the gateway alone: the switch is no part of this. A wrong MAC it may take from them is found out by probes."""
    seed = random.SystemRandom().getrandbits(32)
    print(f"seed {seed}")
    generator, samples = random.Random(seed), control_packets(world)
    before = world.gateway.free_buffers()
    for _ in range(BAD_PACKETS):
        world.cable.send(mutated(generator.choice(samples), generator))
    assert holds(lambda: set(GROUPS.values()) <= set(world.snooping.entries(world.uplink)), MEMBERSHIP_SECONDS)
    assert world.tagged.reaches(world.four.address, PROBED_SECONDS) and world.other.reaches(world.six.address, PROBED_SECONDS)
    assert wait_for(lambda: world.gateway.free_buffers(1) >= before), world.gateway.free_buffers()


@pytest.mark.parametrize("name, versions, joined, left", [
    ("blue", {}, membership.IS_EXCLUDE, membership.TO_INCLUDE), ("red", {}, membership.IS_EXCLUDE, membership.TO_INCLUDE),
    ("blue", {"igmp_version": 2}, "report", "leave"), ("red", {"mld_version": 1}, "report", "leave"),
], ids=["igmpv3", "mldv2", "igmpv2", "mldv1"])
def test_a_gateway_that_stops_leaves_in_the_version_of_the_querier(lab, name, versions, joined, left):
    """The switch keeps an entry for minutes, so that only the leave makes it go."""
    gateway = lab.gateway(with_networks(*networks()))
    hub, snooping, group = lab.switch("hub"), lab.snooping_switch(query_seconds=120, **versions), GROUPS[name]
    lab.plug(hub, gateway, "wan0")
    _, uplink = lab.join(hub, snooping)
    with listener(lab, hub, "neighbour").capture() as capture:
        snooping.ask()
        assert said(capture, (group, joined)), "the query was not answered"
        assert snooping.forwards(group, uplink)
        assert gateway.stop().status == 0
        assert said(capture, (group, left), timeout=1)
    assert snooping.forgets(group, uplink)
