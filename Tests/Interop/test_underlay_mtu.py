"""Packets that do not fit the underlay: path MTU discovery of the hosts, named drops, the audit, and jumbo frames."""

from types import SimpleNamespace

import pytest
from lab import command, path_mtu, scene, tshark
from lab.configuration import access, configuration, network, tagged, underlay, untagged
from lab.counters import DropWatch
from lab.gateway import binary
from lab.iperf3 import iperf3
from lab.outer import PAYLOAD, flow
from lab.transfer import transfer
from scapy.layers.inet import IP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether

UNDERLAY_MTU = 1400
ENDPOINTS = {"four": ("192.0.2.1", "192.0.2.2"), "six": ("2001:db8::1", "2001:db8::2")}
# Inner Ethernet 14, VXLAN 8, UDP 8, IPv4 20 or IPv6 40.
PATH_MTU = {"four": UNDERLAY_MTU - 50, "six": UNDERLAY_MTU - 70}
TCP_HEADERS = {4: 20 + 32, 6: 40 + 32}
JUMBO = 9216
BAD_CONFIGURATION = 78


def small(**more):
    """A gateway whose underlay is smaller than what its hosts send. ``more``: settings of the network."""
    return configuration(
        [access("lan0"), access("lan1"), underlay("wan0", ["192.0.2.1/24", "2001:db8::1/64"], UNDERLAY_MTU)],
        [network("blue", scene.VNI, [tagged("lan0", scene.VLAN), untagged("lan1")], [remote for _, remote in ENDPOINTS.values()],
                 mtu=UNDERLAY_MTU - 70, **more)])


@pytest.fixture(scope="module")
def world(shared_lab):
    """The endpoints' own underlay is large, so that only the gateway's is in the way of what the hosts send."""
    lab = shared_lab
    gateway = lab.gateway(small(icmp_too_big=True))
    switch = lab.switch()
    lab.plug(switch, gateway, "wan0")
    world = SimpleNamespace(
        gateway=gateway,
        tagged=lab.host(gateway, "lan0", *scene.inner(1), vlan=scene.VLAN, label="tagged"),
        plain=lab.host(gateway, "lan1", *scene.inner(2), label="plain"),
        four=endpoint_on(lab, switch, "four", 3), six=endpoint_on(lab, switch, "six", 4))
    for station in (world.four, world.six):
        assert world.tagged.reaches(station.address) and world.plain.reaches(station.address)
    return world


def endpoint_on(lab, switch, name, index):
    local, remote = ENDPOINTS[name]
    return lab.vtep_on(
        switch, address=f"{remote}/{64 if ':' in remote else 24}", vni=scene.VNI, remotes=[local], inner=scene.inner(index), label=name)


@pytest.fixture(params=["four", "six"])
def endpoint(request, world):
    """An endpoint over IPv4 and one over IPv6."""
    for host in (world.tagged, world.plain):
        path_mtu.forget(host)
    return getattr(world, request.param)


@pytest.fixture(params=[4, 6], ids=["inner-ipv4", "inner-ipv6"])
def family(request):
    return request.param


def address_of(station, family):
    return station.addresses[0 if family == 4 else 1]


def fits(world, endpoint):
    return PATH_MTU["four" if endpoint is world.four else "six"]


def payload_of(size, family):
    """Bytes of echo data that make a packet of ``size`` bytes."""
    return size - 8 - (20 if family == 4 else 40)


def test_what_just_fits_passes_and_one_byte_more_does_not(world, endpoint, family):
    address, size = address_of(endpoint, family), fits(world, endpoint)
    assert world.tagged.ping(address, size=payload_of(size, family), fragment=False) == 3
    with DropWatch(world.gateway) as watch:
        assert world.tagged.ping(address, count=1, size=payload_of(size + 1, family), fragment=False, timeout=0.3) == 0
        assert watch.counts("mtu_exceeded", 1)


@pytest.mark.parametrize("sender", ["tagged", "plain"])
def test_tracepath_finds_the_mtu_of_the_tunnel(world, endpoint, family, sender):
    assert path_mtu.tracepath(getattr(world, sender), address_of(endpoint, family)) == fits(world, endpoint)


def test_the_host_remembers_the_mtu_of_the_path(world, endpoint, family):
    address = address_of(endpoint, family)
    world.tagged.ping(address, count=1, size=payload_of(1500, family), fragment=False, timeout=0.2)
    assert path_mtu.cached(world.tagged, address) == fits(world, endpoint)


def test_a_tcp_connection_finds_its_segment_size(world, endpoint, family):
    wanted = (fits(world, endpoint) - TCP_HEADERS[family], fits(world, endpoint))
    assert path_mtu.settled_segment(world.tagged, endpoint, address_of(endpoint, family), wanted) == wanted


def test_a_transfer_through_a_smaller_underlay_is_intact(world, endpoint, family):
    assert transfer(world.tagged, endpoint, 2_000_000, address=address_of(endpoint, family)).intact


def test_nothing_is_fragmented_on_the_underlay(world, endpoint, family):
    with endpoint.capture(endpoint.underlay) as capture:
        assert transfer(world.plain, endpoint, 200_000, address=address_of(endpoint, family)).intact
        packets = [Ether(frame) for frame in capture.frames(0.1)]
    assert len(packets) > 100
    assert not [packet for packet in packets if IP in packet and (packet[IP].frag or packet[IP].flags.MF)]
    assert not [packet for packet in packets if IPv6 in packet and packet[IPv6].nh == 44]


def test_the_message_is_well_formed_and_quotes_the_packet(world, endpoint, family):
    """Its sender is whom the host wanted to reach: the gateway has no address inside the network."""
    address = address_of(endpoint, family)
    with world.plain.capture() as capture:
        world.plain.ping(address, count=1, size=payload_of(1500, family), fragment=False, timeout=0.2)
        frame = capture.wait_for(lambda frame: frame[34] == 3 if family == 4 else frame[54] == 2)
    assert tshark.complaints([frame]) == ""
    names = ["ip.src", "icmp.code", "icmp.mtu"] if family == 4 else ["ipv6.src", "icmpv6.code", "icmpv6.mtu"]
    source, code, mtu = (values[0] for values in tshark.fields([frame], *names)[0])
    assert (source, int(code), int(mtu)) == (address, 4 if family == 4 else 0, fits(world, endpoint))


def test_a_packet_that_may_be_fragmented_is_dropped_and_counted(world, endpoint):
    """Without the don't-fragment flag nobody must be told anything (RFC 1191 section 4), and a switch does not fragment."""
    packet = flow(world.tagged, endpoint, 1) / bytes(1400)
    with DropWatch(world.gateway) as watch, world.tagged.capture() as capture:
        world.tagged.inject(packet)
        assert watch.counts("mtu_exceeded", 1)
        assert capture.wait_for(lambda frame: PAYLOAD in frame, timeout=0.2) is None


def test_hosts_are_not_told_unless_the_network_asks_for_it(world):
    path_mtu.forget(world.tagged)
    world.gateway.reload(small())
    try:
        with DropWatch(world.gateway) as watch:
            assert world.tagged.ping(world.four.address, count=1, size=1472, fragment=False, timeout=0.2) == 0
            assert watch.counts("mtu_exceeded", 1)
        assert path_mtu.cached(world.tagged, world.four.address) is None
    finally:
        world.gateway.reload(small(icmp_too_big=True))
    world.tagged.ping(world.four.address, count=1, size=1472, fragment=False, timeout=0.2)
    assert path_mtu.cached(world.tagged, world.four.address) == PATH_MTU["four"]


def test_the_audit_names_an_underlay_that_is_too_small(lab):
    too_small = configuration(
        [access("lan0"), underlay("wan0", "2001:db8::1/64", 1569)],
        [network("blue", scene.VNI, [tagged("lan0", scene.VLAN)], ["2001:db8::2"])])
    gateway = lab.gateway(too_small, start=False)
    result = command.run(binary(), "check", "--config", gateway.file, check=False)
    assert result.returncode == BAD_CONFIGURATION
    assert "1569" in result.stdout and "1570" in result.stdout and "blue" in result.stdout


@pytest.mark.parametrize("name, overhead", [("four", 50), ("six", 70)])
def test_jumbo_frames_of_9216_bytes_pass(lab, name, overhead):
    local, remote = ENDPOINTS[name]
    length = 64 if ":" in remote else 24
    gateway = lab.gateway(configuration(
        [access("lan0", JUMBO), underlay("wan0", f"{local}/{length}", JUMBO + overhead)],
        [network("blue", scene.VNI, [tagged("lan0", scene.VLAN)], [remote])]))
    vtep = lab.vtep(
        gateway, "wan0", address=f"{remote}/{length}", underlay_mtu=JUMBO + overhead, vni=scene.VNI, remotes=[local],
        inner=scene.inner(2), mtu=JUMBO)
    host = lab.host(gateway, "lan0", *scene.inner(1), vlan=scene.VLAN, mtu=JUMBO)
    assert host.reaches(vtep.address)
    for source, target in [(host, vtep), (vtep, host)]:
        assert source.ping(target.address, size=payload_of(JUMBO, 4), fragment=False) == 3
        assert source.ping(target.addresses[1], size=payload_of(JUMBO, 6), fragment=False) == 3
        assert transfer(source, target, 10_000_000).intact


def test_iperf3_runs_through_a_smaller_underlay_in_both_families(world, endpoint, family):
    report = iperf3(world.plain, endpoint, seconds=1, address=address_of(endpoint, family))
    assert report["end"]["sum_received"]["bytes"] > 1_000_000
