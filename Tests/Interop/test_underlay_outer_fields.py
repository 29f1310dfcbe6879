"""What the outer headers say: checksums, TTL, DSCP, ECN, DF, ports, tags; and whose packets are taken. One gateway is reloaded for each."""

from types import SimpleNamespace

import pytest
from lab import scene, tshark
from lab.configuration import access, configuration, network, tagged, underlay
from lab.counters import DropWatch
from lab.frames import vlan
from lab.outer import flow, flow_port, flows, is_flow, outer_frames, received, tunnelled
from lab.transfer import transfer
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether

ADDRESSES = {"four": ("192.0.2.1", "192.0.2.2"), "six": ("2001:db8::1", "2001:db8::2")}
OLD_PORT, OLD_VNI = 8472, 200
STRANGER = "192.0.2.66"
NOT_ECT, ECT1, ECT0, CE = range(4)
DROPPED = None
# RFC 6040 section 4.2, figure 4: (inner, outer) -> the inner field as it leaves the tunnel.
DECAPSULATED = {
    (NOT_ECT, NOT_ECT): NOT_ECT, (NOT_ECT, ECT0): NOT_ECT, (NOT_ECT, ECT1): NOT_ECT, (NOT_ECT, CE): DROPPED,
    (ECT0, NOT_ECT): ECT0, (ECT0, ECT0): ECT0, (ECT0, ECT1): ECT1, (ECT0, CE): CE,
    (ECT1, NOT_ECT): ECT1, (ECT1, ECT0): ECT1, (ECT1, ECT1): ECT1, (ECT1, CE): CE,
    (CE, NOT_ECT): CE, (CE, ECT0): CE, (CE, ECT1): CE, (CE, CE): CE,
}
VNI_BITS, I_FLAG = range(8, 32), 59
RESERVED_BITS = [bit for bit in range(64) if bit not in VNI_BITS and bit != I_FLAG]
EXPEDITED = 46


def wan0(mtu=1600, **more):
    return underlay("wan0", [f"{ADDRESSES['four'][0]}/24", f"{ADDRESSES['six'][0]}/64"], mtu, **more)


def with_settings(port=None, **vxlan):
    """The configuration with settings of ``vxlan``, and of the underlay port as a dictionary."""
    settings = {name.replace("_", "-"): value for name, value in vxlan.items()}
    return configuration(
        [access("lan0"), wan0(**(port or {}))],
        [network("blue", scene.VNI, [tagged("lan0", scene.VLAN)], [remote for _, remote in ADDRESSES.values()]),
         network("old", OLD_VNI, [tagged("lan0", OLD_VNI)], ["192.0.2.3"], port=OLD_PORT)],
        **({"vxlan": settings} if settings else {}))


@pytest.fixture(scope="module")
def world(shared_lab):
    lab = shared_lab
    gateway = lab.gateway(with_settings())
    trunk, switch = lab.switch("trunk", mtu=1500), lab.switch()
    lab.plug(trunk, gateway, "lan0")
    lab.plug(switch, gateway, "wan0")

    def endpoint(name, address, remote, index, vni=scene.VNI, **options):
        return lab.vtep_on(switch, address=address, vni=vni, remotes=[remote], inner=scene.inner(index), label=name, **options)

    world = SimpleNamespace(
        gateway=gateway, tagged=lab.host_on(trunk, *scene.inner(1), vlan=scene.VLAN, label="tagged"),
        old_host=lab.host_on(trunk, *scene.inner(1), vlan=OLD_VNI, label="old-host"),
        four=endpoint("four", "192.0.2.2/24", "192.0.2.1", 2, options="tos inherit ttl 7 udpcsum"),
        six=endpoint("six", "2001:db8::2/64", "2001:db8::1", 3, options="tos inherit ttl 7"),
        old=endpoint("old", "192.0.2.3/24", "192.0.2.1", 2, vni=OLD_VNI, port=OLD_PORT),
        stranger=endpoint("stranger", f"{STRANGER}/24", "192.0.2.1", 9))
    for station in (world.four, world.six):
        assert world.tagged.reaches(station.address) and world.tagged.reaches(station.addresses[1])
    return world


@pytest.fixture
def reload(world):
    """Reloads with settings; afterwards the gateway has none again."""
    yield lambda *arguments, **settings: world.gateway.reload(with_settings(*arguments, **settings))
    world.gateway.reload(with_settings())


@pytest.fixture(params=["four", "six"])
def endpoint(request, world):
    """An endpoint over IPv4 and one over IPv6."""
    return getattr(world, request.param)


def outer(world, endpoint, inner, *fields):
    """Fields of the outer headers, as tshark sees them, of frames that the tagged host sends; ``inner`` has the options of each of them."""
    frames = outer_frames(world.tagged, endpoint, [flow(world.tagged, endpoint, 1000, **options) for options in inner])
    assert tshark.complaints(frames) == ""
    return [[values[0] if values else None for values in row] for row in tshark.fields(frames, *fields)]


def traffic_classes(world, endpoint, *inner):
    """The outer TOS byte or traffic class of each frame."""
    field = "ip.dsfield" if endpoint is world.four else "ipv6.tclass"
    return [int(value, 16) for (value,) in outer(world, endpoint, inner, field)]


def hop_limits(world, endpoint, *inner):
    """The outer TTL or hop limit of each frame."""
    return [int(value) for (value,) in outer(world, endpoint, inner, "ip.ttl" if endpoint is world.four else "ipv6.hlim")]


def from_endpoint(world, endpoint, inner, **options):
    """Sends a VXLAN packet in the name of an endpoint, made by hand, around a frame."""
    local, remote = ADDRESSES["four" if endpoint is world.four else "six"]
    endpoint.inject(
        tunnelled(inner, source=remote, target=local, mac=world.gateway.mac("wan0"), vni=scene.VNI, **options),
        interface=endpoint.underlay)


def ecn(frame):
    """The field of the packet in a frame."""
    packet = Ether(frame)
    return (packet[IPv6].tc if IPv6 in packet else packet[IP].tos) & 3


# ECN and DSCP.

@pytest.mark.parametrize("ipv6", [False, True], ids=["inner-ipv4", "inner-ipv6"])
def test_ecn_leaves_the_tunnel_as_rfc_6040_asks(world, endpoint, ipv6):
    """All 16 pairs of inner and outer field; each is a flow of its own."""
    pairs = list(DECAPSULATED)
    with DropWatch(world.gateway) as watch, world.tagged.capture() as capture:
        for number, (inner, outside) in enumerate(pairs):
            from_endpoint(world, endpoint, flow(endpoint, world.tagged, number, tos=inner, ipv6=ipv6), tos=outside)
        frames = list(received(capture, len(pairs) - 1))
        assert watch.counts("congestion_unheeded", 1)
    seen = {pairs[flow_port(frame)]: ecn(frame) for frame in frames}
    assert {pair: seen.get(pair, DROPPED) for pair in pairs} == DECAPSULATED
    assert tshark.complaints(frames) == ""


@pytest.mark.parametrize("ipv6", [False, True], ids=["inner-ipv4", "inner-ipv6"])
def test_ecn_enters_the_tunnel_as_it_is_and_dscp_does_not(world, endpoint, ipv6):
    """The normal mode of RFC 6040 section 4.1: all four values are copied."""
    fields = [NOT_ECT, ECT1, ECT0, CE]
    assert traffic_classes(world, endpoint, *({"tos": EXPEDITED << 2 | field, "ipv6": ipv6} for field in fields)) == fields


@pytest.mark.parametrize("tos", [field | EXPEDITED << 2 for field in (NOT_ECT, ECT1, ECT0, CE)])
def test_the_kernel_and_the_gateway_agree_on_ecn_in_both_directions(world, endpoint, tos):
    """The endpoint inherits the inner TOS, so that outer and inner field are the same both ways."""
    for source, target in [(world.tagged, endpoint), (endpoint, world.tagged)]:
        with target.capture() as capture:
            source.inject(flow(source, target, 1000, tos=tos))
            (frame,) = received(capture, 1)
        assert Ether(frame)[IP].tos == tos


def test_dscp_is_fixed(world, endpoint, reload):
    reload(dscp=EXPEDITED)
    assert traffic_classes(world, endpoint, {"tos": 10 << 2 | ECT0}) == [EXPEDITED << 2 | ECT0]


def test_dscp_is_copied(world, endpoint, reload):
    reload(dscp="copy")
    tos = 10 << 2 | ECT0
    assert traffic_classes(world, endpoint, {"tos": tos}, {"tos": tos, "ipv6": True}) == [tos, tos]


def test_dscp_of_the_port_comes_first(world, endpoint, reload):
    reload({"dscp": 10}, dscp=EXPEDITED)
    assert traffic_classes(world, endpoint, {}) == [10 << 2]


# TTL, DF, checksum, ports.

def test_ttl_and_hop_limit_are_64_unless_configured(world, endpoint, reload):
    assert hop_limits(world, endpoint, {"ttl": 3}) == [64]
    reload(ttl=9)
    assert hop_limits(world, endpoint, {"ttl": 3}) == [9]


def test_a_low_ttl_of_the_endpoint_is_no_hindrance(world, endpoint):
    assert endpoint.ping(world.tagged.address) == 3


@pytest.mark.parametrize("policy, wanted", [("set", [1, 1, 1]), ("unset", [0, 0, 0]), ("inherit", [0, 1, 1])])
def test_the_dont_fragment_flag_follows_its_policy(world, reload, policy, wanted):
    """For an inner packet without the flag, one with it, and one of IPv6, which routers never fragment."""
    reload(df=policy)
    seen = outer(world, world.four, [{}, {"flags": "DF"}, {"ipv6": True}], "ip.flags.df")
    assert [int(flag) for (flag,) in seen] == wanted


def test_udp_has_no_checksum_over_ipv4_unless_configured(world, reload):
    assert outer(world, world.four, [{}], "udp.checksum") == [["0x0000"]]
    reload(udp_checksum=True)
    ((checksum, status),) = outer(world, world.four, [{}], "udp.checksum", "udp.checksum.status")
    assert checksum != "0x0000" and status == "1"
    assert transfer(world.tagged, world.four, 5_000_000).intact


def test_source_ports_stay_in_their_range(world, endpoint, reload):
    reload(source_ports="60000-60007")
    frames = outer_frames(world.tagged, endpoint, flows(world.tagged, endpoint, range(1000, 1200)))
    assert {Ether(frame)[UDP].sport for frame in frames} == set(range(60000, 60008))


def test_networks_with_different_udp_ports_stand_side_by_side(world):
    assert world.old_host.reaches(world.old.address) and world.tagged.reaches(world.four.address)
    (frame,) = outer_frames(world.old_host, world.old, [flow(world.old_host, world.old, 1)])
    assert Ether(frame)[UDP].dport == OLD_PORT
    assert transfer(world.old, world.old_host, 2_000_000).intact


# Who may send, and what.

def test_a_stranger_is_dropped_by_name_and_counted(world):
    with DropWatch(world.gateway) as watch:
        assert world.stranger.ping(world.tagged.address, count=2, timeout=0.2) == 0
        assert watch.reaches("vtep_unknown", 2)


@pytest.mark.parametrize("accept", ["any", ["198.51.100.0/24", "192.0.2.64/26"]], ids=["any", "prefix"])
def test_a_stranger_that_is_accepted_is_answered(world, reload, accept):
    reload(accept=accept)
    assert world.stranger.reaches(world.tagged.address)
    assert world.gateway.row("macs", mac=world.stranger.mac)["remote"] == STRANGER


def test_a_stranger_outside_the_prefixes_is_dropped(world, reload):
    reload(accept=["192.0.2.128/25"])
    with DropWatch(world.gateway) as watch:
        assert world.stranger.ping(world.tagged.address, count=2, timeout=0.2) == 0
        assert watch.reaches("vtep_unknown", 2)


def heard_bits(world, endpoint):
    """Which of the reserved bits, one set in each of 39 packets, do not keep a packet from its host."""
    with world.tagged.capture() as capture:
        for bit in RESERVED_BITS:
            from_endpoint(world, endpoint, flow(endpoint, world.tagged, 1000 + bit), bits=1 << bit)
        # The last one has none: once it is there, nothing follows.
        from_endpoint(world, endpoint, flow(endpoint, world.tagged, 999))
        frames = iter(lambda: flow_port(capture.wait_for(is_flow)), 999)
        return [port - 1000 for port in frames]


@pytest.mark.parametrize("policy, refused", [
    ("rfc", []), ("strict", RESERVED_BITS), ("0x80000000000000ff", [*range(8), 63])], ids=["rfc", "strict", "mask"])
def test_reserved_bits_are_taken_as_the_policy_says(world, endpoint, reload, policy, refused):
    reload(reserved_bits=policy)
    with DropWatch(world.gateway) as watch:
        assert heard_bits(world, endpoint) == [bit for bit in RESERVED_BITS if bit not in refused]
        assert watch.counts("vxlan_reserved", len(refused))


# The outer tag.

@pytest.mark.parametrize("name, mtu", [("four", 1550), ("six", 1570)])
def test_an_outer_tag_is_pushed_and_expected(lab, name, mtu):
    """Everything on the port is tagged, address resolution too; the tag does not count for the MTU."""
    local, remote = ADDRESSES[name]

    def tagged_port(**more):
        return configuration(
            [access("lan0"), wan0(mtu=mtu, vlan=300, **more)], [network("blue", scene.VNI, [tagged("lan0", scene.VLAN)], [remote])])

    gateway = lab.gateway(tagged_port(priority=5))
    vtep = lab.vtep(
        gateway, "wan0", address=f"{remote}/{64 if ':' in remote else 24}", underlay_vlan=300, vni=scene.VNI, remotes=[local],
        inner=scene.inner(2))
    host = lab.host(gateway, "lan0", *scene.inner(1), vlan=scene.VLAN)
    assert host.reaches(vtep.address)
    assert host.ping(vtep.address, size=1472, fragment=False) == 3
    assert vtep.ping(local) == 3
    assert tag_of_a_flow(host, vtep) == (5, 300)
    gateway.reload(tagged_port(priority="dscp", dscp=26))
    assert tag_of_a_flow(host, vtep) == (3, 300)
    with DropWatch(gateway) as watch, host.capture() as capture:
        untagged = tunnelled(flow(vtep, host, 1), source=remote, target=local, mac=gateway.mac("wan0"), vni=scene.VNI)
        vtep.inject(untagged, interface=vtep.underlay)
        assert watch.counts("underlay_vlan", 1)
        assert capture.wait_for(is_flow, timeout=0.2) is None


def tag_of_a_flow(host, vtep):
    """(priority, VLAN ID) of the outer tag."""
    (frame,) = outer_frames(host, vtep, [flow(host, vtep, 1)])
    assert tshark.complaints([frame]) == ""
    return frame[14] >> 5, vlan(frame)
