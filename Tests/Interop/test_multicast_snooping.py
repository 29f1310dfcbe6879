"""Multicast inside a network that snoops, with the kernel's hosts, its bridge as the querier, and its vxlan.

    tagged (lan0, VLAN 100) ---+                    +--- one  192.0.2.2
    campus (lan1) -------------+--- gateway --- wan0+
      `-- behind               |                    +--- two  192.0.2.3
    plain (lan2) --------------+

The bridge campus asks for members every two seconds and filters for its own host; its port is the one with a router.
"""

import time
from types import SimpleNamespace

import pytest
from lab import scene
from lab.configuration import access, configuration, network, tagged, underlay, untagged
from lab.frames import ethernet
from lab.membership import Member
from lab.snooping import SnoopingSwitch
from lab.station import copies_heard
from lab.switch import BRIDGE
from lab.waiting import holds, wait_for
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Dot1Q, Ether

REMOTES = ["192.0.2.2", "192.0.2.3"]
QUERY_SECONDS = 2
# A membership holds for two queries and the time of an answer, a querier half a second less; on a busy machine a little longer.
FORGOTTEN_SECONDS = 12
FOUR, SIX = "239.1.1.1", "ff05::1:1"
GROUPS = [FOUR, SIX]


def ports():
    return [access("lan0"), access("lan1"), access("lan2"), underlay("wan0", "192.0.2.1/24")]


def blue(snoops=True, lan0=True, **more):
    members = [*([tagged("lan0", scene.VLAN)] if lan0 else []), untagged("lan1"), untagged("lan2")]
    return network("blue", scene.VNI, members, more.pop("remotes", REMOTES), multicast_snooping=snoops, **more)


def querier(lab, gateway, port, address="10.1.0.254"):
    """A bridge on an access port that asks for members, in IGMP from an address."""
    switch = SnoopingSwitch(lab.namespace("campus"), 1500, query_seconds=QUERY_SECONDS)
    switch.namespace.ip(f"addr add {address}/24 dev {BRIDGE}", f"link set {BRIDGE} type bridge mcast_query_use_ifaddr 1")
    uplink = lab.plug(switch, gateway, port)
    switch.ask()
    return switch, uplink


def states(gateway):
    return {row["protocol"]: row["state"] for row in gateway.show("multicast")}


def filters(gateway):
    """Whether queriers of both protocols are there and answered."""
    return wait_for(lambda: states(gateway) == {"igmp": "filtering", "mld": "filtering"}, FORGOTTEN_SECONDS)


@pytest.fixture(scope="module")
def world(shared_lab):
    lab = shared_lab
    gateway = lab.gateway(configuration(ports(), [blue()]))
    campus, uplink = querier(lab, gateway, "lan1")
    fabric = lab.switch("fabric")
    lab.plug(fabric, gateway, "wan0")
    world = SimpleNamespace(
        gateway=gateway, campus=campus, uplink=uplink,
        tagged=lab.host(gateway, "lan0", *scene.inner(1), vlan=scene.VLAN, label="tagged"),
        plain=lab.host(gateway, "lan2", *scene.inner(2), label="plain"), behind=lab.host_on(campus, *scene.inner(3), label="behind"),
        router=lab.station(campus.namespace, uplink, None, []))
    for index, name in enumerate(["one", "two"]):
        vtep = lab.vtep_on(
            fabric, address=f"{REMOTES[index]}/24", vni=scene.VNI, remotes=["192.0.2.1"], inner=scene.inner(4 + index), label=name)
        assert vtep.reaches(world.tagged.address)
        setattr(world, name, vtep)
    world.stations = [world.tagged, world.plain, world.behind, world.one, world.two, world.router]
    return world


@pytest.fixture
def snooping(world):
    """The world as every test finds it: filtering, nobody in a group."""
    world.gateway.reload(configuration(ports(), [blue()]))
    assert filters(world.gateway), world.gateway.output()
    assert wait_for(lambda: not any(row["groups"] for row in world.gateway.show("multicast")), FORGOTTEN_SECONDS)
    return world


def members(gateway, group):
    """Places with members of a group: names of ports, addresses of VTEPs."""
    groups = [entry for row in gateway.show("multicast") for entry in row["groups"] if entry["group"] == group]
    return {member["port"] or member["remote"] for entry in groups for member in entry["members"]}


def group_mac(group):
    if ":" not in group:
        return "01:00:5e:" + ":".join(f"{int(part) & (0x7F if index == 0 else 0xFF):02x}" for index, part in enumerate(group.split(".")[1:]))
    low = int.from_bytes(__import__("socket").inet_pton(10, group)[12:], "big")
    return "33:33:" + ":".join(f"{low >> shift & 0xFF:02x}" for shift in (24, 16, 8, 0))


def datagram(sender, group, payload):
    """A UDP packet to a group as the sender's wire carries it."""
    tag = Dot1Q(vlan=sender.vlan) if sender.vlan else None
    packet = IPv6(src=sender.addresses[1], dst=group) if ":" in group else IP(src=sender.addresses[0], dst=group)
    frame = Ether(src=sender.mac, dst=group_mac(group))
    return bytes((frame / tag if tag else frame) / packet / UDP(sport=5000, dport=5001) / payload)


sequence = iter(range(1_000_000))


def heard(world, sender, group, expected):
    """Who hears a packet of ``sender`` to a group, each counted once; the router's port included."""
    payload = f"number {next(sequence)} of {group}".encode()
    return copies_heard(
        [station for station in world.stations if station is not sender], payload,
        lambda: sender.inject(datagram(sender, group, payload)), expected)


def once(*stations):
    return dict.fromkeys(stations, 1)


def speak(station, igmp=0, mld=0):
    """Forces versions of the protocols on a host; 0 = what its querier speaks."""
    station.namespace.write_setting(f"ipv4/conf/{station.interface}/force_igmp_version", igmp)
    station.namespace.write_setting(f"ipv6/conf/{station.interface}/force_mld_version", mld)


def joined(station, group):
    return Member(station.namespace, station.interface, group)


@pytest.mark.parametrize("group", GROUPS)
def test_without_members_only_the_router_hears(snooping, group):
    assert heard(snooping, snooping.plain, group, [snooping.router]) == once(snooping.router)
    assert heard(snooping, snooping.one, group, [snooping.router]) == once(snooping.router)


@pytest.mark.parametrize("group, versions", [
    (FOUR, {"igmp": 3}), (FOUR, {"igmp": 2}), (FOUR, {"igmp": 1}), (SIX, {"mld": 2}), (SIX, {"mld": 1}),
], ids=["igmpv3", "igmpv2", "igmpv1", "mldv2", "mldv1"])
def test_members_hear_and_others_do_not(snooping, group, versions):
    """A host on a tagged port and one behind a VTEP; the sender on another port, then behind the other VTEP."""
    world = snooping
    for station in (world.tagged, world.one):
        speak(station, **versions)
    try:
        with joined(world.tagged, group), joined(world.one, group):
            assert wait_for(lambda: members(world.gateway, group) == {"lan0", "192.0.2.2"}), world.gateway.show("multicast")
            expected = [world.tagged, world.one, world.router]
            assert heard(world, world.plain, group, expected) == once(*expected)
            # Split horizon: not from one VTEP to the other.
            assert heard(world, world.two, group, [world.tagged, world.router]) == once(world.tagged, world.router)
            assert heard(world, world.tagged, group, [world.one, world.router]) == once(world.one, world.router)
    finally:
        for station in (world.tagged, world.one):
            speak(station)


@pytest.mark.parametrize("group", GROUPS)
def test_a_member_stays_while_it_answers(snooping, group):
    """The gateway forgets who has not answered two queries."""
    with joined(snooping.two, group):
        assert wait_for(lambda: members(snooping.gateway, group) == {"192.0.2.3"})
        assert holds(lambda: members(snooping.gateway, group) == {"192.0.2.3"}, 4 * QUERY_SECONDS)
    assert wait_for(lambda: members(snooping.gateway, group) == set())


@pytest.mark.parametrize("group, versions", [(FOUR, {"igmp": 3}), (FOUR, {"igmp": 2}), (SIX, {"mld": 2}), (SIX, {"mld": 1})],
                         ids=["igmpv3", "igmpv2", "mldv2", "mldv1"])
def test_who_leaves_hears_no_more(snooping, group, versions):
    world = snooping
    speak(world.tagged, **versions)
    try:
        with joined(world.plain, group):
            with joined(world.tagged, group):
                assert wait_for(lambda: members(world.gateway, group) == {"lan0", "lan2"})
                assert heard(world, world.one, group, [world.tagged, world.plain, world.router]) == once(
                    world.tagged, world.plain, world.router)
            left = time.monotonic()
            assert wait_for(lambda: members(world.gateway, group) == {"lan2"}, FORGOTTEN_SECONDS)
            # The bridge asks twice, a second apart.
            assert time.monotonic() - left < 2 * QUERY_SECONDS + 1, "the leave was not heeded"
            assert heard(world, world.one, group, [world.plain, world.router]) == once(world.plain, world.router)
    finally:
        speak(world.tagged)


@pytest.mark.parametrize("group", GROUPS)
def test_a_host_behind_the_querying_switch_hears(snooping, group):
    """The switch keeps the reports of its hosts to itself, but where queries come from there may be a router."""
    world = snooping
    with joined(world.behind, group):
        assert wait_for(lambda: any(group in world.campus.entries(f"port{number}") for number in (1, 2)))
        assert heard(world, world.one, group, [world.behind, world.router]) == once(world.behind, world.router)


@pytest.mark.parametrize("group", GROUPS)
def test_reports_reach_the_querier(snooping, group):
    with joined(snooping.one, group):
        assert snooping.campus.forwards(group, snooping.uplink)
    assert snooping.campus.forgets(group, snooping.uplink, FORGOTTEN_SECONDS)


@pytest.mark.parametrize("group", ["224.0.0.251", "224.0.0.18", "ff02::1", "ff02::fb", "ff02::1:ff00:77"])
def test_groups_of_the_link_reach_everyone(snooping, group):
    world = snooping
    everyone = [world.tagged, world.behind, world.one, world.two, world.router]
    assert heard(world, world.plain, group, everyone) == once(*everyone)
    local = [world.tagged, world.plain, world.behind, world.router]
    assert heard(world, world.one, group, local) == once(*local)


def test_multicast_that_is_no_ip_reaches_everyone(snooping):
    world = snooping
    everyone = [world.tagged, world.behind, world.one, world.two, world.router]
    payload = b"neither IPv4 nor IPv6"
    frame = ethernet(world.plain.mac, "01:00:5e:01:01:01", payload)
    assert copies_heard(everyone, payload, lambda: world.plain.inject(frame), everyone) == once(*everyone)


@pytest.mark.parametrize("group", GROUPS)
def test_a_querier_that_falls_silent_has_everything_flooded(snooping, group):
    world = snooping
    everyone = [world.tagged, world.one, world.two, world.router]
    world.campus.namespace.ip(f"link set {BRIDGE} type bridge mcast_querier 0")
    try:
        assert wait_for(lambda: states(world.gateway) == {"igmp": "flooding", "mld": "flooding"}, FORGOTTEN_SECONDS)
        world.campus.namespace.ip(f"link set {BRIDGE} type bridge mcast_snooping 0")
        assert heard(world, world.plain, group, [*everyone, world.behind]) == once(*everyone, world.behind)
    finally:
        world.campus.namespace.ip(f"link set {BRIDGE} type bridge mcast_snooping 1")
        world.campus.ask()
    assert filters(world.gateway)
    assert heard(world, world.plain, group, [world.router]) == once(world.router)
    assert "querier is silent" in world.gateway.output()


def test_snooping_is_switched_off_and_on_by_reload(snooping):
    world = snooping
    with joined(world.tagged, FOUR):
        assert wait_for(lambda: members(world.gateway, FOUR) == {"lan0"})
        world.gateway.reload(configuration(ports(), [blue(snoops=False)]))
        assert world.gateway.show("multicast") == []
        everyone = [world.tagged, world.one, world.two, world.router]
        assert heard(world, world.plain, FOUR, everyone) == once(*everyone)
        world.gateway.reload(configuration(ports(), [blue()]))
        assert heard(world, world.plain, FOUR, everyone) == once(*everyone), "nothing is known yet"
        assert filters(world.gateway)
        assert wait_for(lambda: members(world.gateway, FOUR) == {"lan0"})
        assert heard(world, world.plain, FOUR, [world.tagged, world.router]) == once(world.tagged, world.router)


def test_a_reload_of_something_else_keeps_the_members(snooping):
    world = snooping
    with joined(world.tagged, FOUR):
        assert wait_for(lambda: members(world.gateway, FOUR) == {"lan0"})
        world.gateway.reload(configuration(ports(), [blue(icmp_too_big=True)]))
        assert members(world.gateway, FOUR) == {"lan0"} and set(states(world.gateway).values()) == {"filtering"}
        assert heard(world, world.plain, FOUR, [world.tagged, world.router]) == once(world.tagged, world.router)


def test_members_go_with_their_port_and_their_vtep(snooping):
    world = snooping
    with joined(world.tagged, FOUR), joined(world.one, FOUR), joined(world.two, FOUR):
        assert wait_for(lambda: members(world.gateway, FOUR) == {"lan0", *REMOTES})
        world.gateway.reload(configuration(ports(), [blue(lan0=False, remotes=REMOTES[1:])]))
        assert members(world.gateway, FOUR) == {"192.0.2.3"}
        assert heard(world, world.plain, FOUR, [world.two, world.router]) == once(world.two, world.router)


def test_what_people_see(snooping):
    world = snooping
    with joined(world.tagged, FOUR), joined(world.one, FOUR):
        assert wait_for(lambda: members(world.gateway, FOUR) == {"lan0", "192.0.2.2"})
        row = world.gateway.row("multicast", network="blue", protocol="igmp")
        assert (row["querier"], row["version"]) == ("10.1.0.254", "IGMPv3")
        assert [(router["port"], router["vlan"], router["remote"]) for router in row["routers"]] == [("lan1", None, None)]
        text = world.gateway.run("show", "multicast").stdout
        assert "lan0:100 192.0.2.2" in text and "lan1:untagged" in text and "10.1.0.254" in text
        assert world.gateway.row("multicast", protocol="mld")["querier"].startswith("fe80::")


def test_a_member_in_the_underlays_group_gets_the_group(lab):
    """The VTEP is in no replication list: packets for its hosts go to the group that stands for it."""
    underlay_group = "239.100.1.1"
    gateway = lab.gateway(configuration(
        ports(), [blue(remotes=[], group=underlay_group)], vxlan={"accept": ["192.0.2.0/24"]}))
    querier(lab, gateway, "lan1")
    fabric = lab.switch("fabric")
    lab.plug(fabric, gateway, "wan0")
    plain = lab.host(gateway, "lan2", *scene.inner(2), label="plain")
    tagged_host = lab.host(gateway, "lan0", *scene.inner(1), vlan=scene.VLAN, label="tagged")
    vtep = lab.vtep_on(
        fabric, address="192.0.2.2/24", vni=scene.VNI, remotes=[], inner=scene.inner(4), options=f"group {underlay_group}", label="one")
    assert vtep.reaches(plain.address) and filters(gateway)
    world = SimpleNamespace(stations=[plain, vtep, tagged_host])
    assert heard(world, plain, FOUR, []) == {}
    with joined(vtep, FOUR):
        assert wait_for(lambda: members(gateway, FOUR) == {underlay_group}), gateway.show("multicast")
        assert heard(world, plain, FOUR, [vtep]) == once(vtep)
