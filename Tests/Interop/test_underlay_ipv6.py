"""VXLAN over IPv6, and over both families in one network: the other ends are the kernel's own vxlan."""

import itertools
from types import SimpleNamespace

import pytest
from lab import scene, tshark
from lab.configuration import access, configuration, network, tagged, underlay
from lab.counters import DropWatch
from lab.frames import BROADCAST
from lab.outer import flow, outer_packets
from lab.station import bring_up, copies_heard
from lab.transfer import transfer
from lab.waiting import wait_for
from scapy.layers.inet import UDP
from scapy.layers.inet6 import IPv6

GATEWAY = "2001:db8::1"
ENDPOINT = "2001:db8::2"
STATIONS = ("tagged", "plain", "four", "six")
DIRECTIONS = [pair for pair in itertools.permutations(STATIONS, 2) if "six" in pair and "four" not in pair]


def ports(**more):
    return [access("lan0"), access("lan1"), underlay("wan0", ["192.0.2.1/24", f"{GATEWAY}/64"], **more)]


@pytest.fixture(scope="module")
def blue(shared_lab):
    """One network with an IPv4 and an IPv6 endpoint."""
    lab = shared_lab
    gateway = lab.gateway(configuration(ports(), [scene.blue(["192.0.2.2", ENDPOINT])]))
    switch = lab.switch()
    lab.plug(switch, gateway, "wan0")
    stations = {
        "tagged": lab.host(gateway, "lan0", *scene.inner(1), vlan=scene.VLAN, label="tagged"),
        "plain": lab.host(gateway, "lan1", *scene.inner(2), label="plain"),
        "four": lab.vtep_on(
            switch, address="192.0.2.2/24", vni=scene.VNI, remotes=["192.0.2.1"], inner=scene.inner(3), label="four"),
        "six": lab.vtep_on(switch, address=f"{ENDPOINT}/64", vni=scene.VNI, remotes=[GATEWAY], inner=scene.inner(4), label="six"),
    }
    for name in STATIONS[1:]:
        assert stations["tagged"].reaches(stations[name].address)
    return SimpleNamespace(gateway=gateway, switch=switch, lab=lab, **stations)


@pytest.fixture(params=DIRECTIONS, ids=lambda pair: f"from-{pair[0]}-to-{pair[1]}")
def direction(request, blue):
    """Source and target, for each direction through the IPv6 tunnel."""
    return tuple(getattr(blue, name) for name in request.param)


def test_ping_is_answered(direction):
    source, target = direction
    assert source.ping(target.address, count=20) == 20


def test_ping_at_full_mtu_is_answered_without_fragments(direction):
    source, target = direction
    assert source.ping(target.address, size=1472, fragment=False) == 3


def test_inner_neighbour_discovery_and_ping_work(direction):
    source, target = direction
    source.forget_neighbors()
    assert source.ping(target.addresses[1]) == 3


def test_tcp_arrives_intact(direction):
    source, target = direction
    assert transfer(source, target, 5_000_000, address=target.addresses[1]).intact


@pytest.mark.parametrize("sender, hearers", [
    ("tagged", ["plain", "four", "six"]), ("six", ["tagged", "plain"]), ("four", ["tagged", "plain"])])
def test_a_broadcast_reaches_the_endpoints_of_both_families_once(blue, sender, hearers):
    stations = {name: getattr(blue, name) for name in STATIONS}
    payload = b"both families hear " + sender.encode()
    heard = copies_heard(
        list(stations.values()), payload, lambda: stations[sender].send(BROADCAST, payload), [stations[name] for name in hearers])
    assert heard == {stations[name]: 1 for name in hearers}


def test_macs_are_learned_behind_their_endpoint(blue):
    for name, remote in [("four", "192.0.2.2"), ("six", ENDPOINT)]:
        assert getattr(blue, name).ping(blue.tagged.address) == 3
        assert blue.gateway.row("macs", mac=getattr(blue, name).mac)["remote"] == remote


def test_the_endpoint_learns_hosts_behind_the_gateways_ipv6_address(blue):
    blue.six.forget_macs()
    assert blue.six.ping(blue.tagged.address) == 3
    assert blue.six.known_macs()[blue.tagged.mac] == GATEWAY


def test_the_outer_header_is_as_rfc_7348_and_rfc_6438_ask(blue):
    (packet,) = outer_packets(blue.tagged, blue.six, [flow(blue.tagged, blue.six, 1000)])
    assert (packet[IPv6].src, packet[IPv6].dst) == (GATEWAY, ENDPOINT)
    assert packet[IPv6].nh == 17 and packet[IPv6].hlim == 64 and packet[IPv6].tc == 0
    assert packet[UDP].dport == 4789 and 49152 <= packet[UDP].sport <= 65535
    assert packet[UDP].chksum != 0
    assert tshark.complaints([bytes(packet)]) == ""


def test_flow_label_and_source_port_follow_the_inner_flow(blue):
    def seen(ports):
        packets = outer_packets(blue.tagged, blue.six, [flow(blue.tagged, blue.six, port) for port in ports])
        assert len(packets) == len(ports)
        return [(packet[IPv6].fl, packet[UDP].sport) for packet in packets]

    assert len(set(seen([1000] * 8))) == 1
    labels, source_ports = (set(values) for values in zip(*seen(range(1000, 1064))))
    assert len(labels) > 48 and len(source_ports) > 48 and 0 not in labels


def test_wireshark_has_no_complaint_about_a_transfer(blue):
    with blue.six.capture(blue.six.underlay) as capture:
        assert transfer(blue.tagged, blue.six, 2_000_000).intact
        frames = [frame for frame in capture.frames(0.1) if frame[12:14] == b"\x86\xdd" and frame[20] == 17]
    assert len(frames) > 1000
    assert tshark.complaints(frames) == ""


def test_the_gateway_answers_neighbour_solicitations_and_ping(blue):
    blue.six.namespace.ip(f"neigh flush dev {blue.six.underlay}")
    assert blue.six.ping(GATEWAY, count=5) == 5
    assert blue.six.ping(GATEWAY, size=1600 - 48, fragment=False) == 3


def test_the_gateway_answers_on_its_link_local_address(blue):
    mac = bytes.fromhex(blue.gateway.mac("wan0").replace(":", ""))
    identifier = bytes([mac[0] ^ 2]) + mac[1:3] + b"\xff\xfe" + mac[3:]
    address = "fe80::" + identifier.hex(":", 2)
    output = blue.six.run("ping", "-c", "2", "-i", "0.1", "-W", "2", f"{address}%{blue.six.underlay}", check=False).stdout
    assert " 2 received" in output


def test_wireshark_has_no_complaint_about_what_the_gateway_says_itself(blue):
    with blue.six.capture(blue.six.underlay) as capture:
        blue.six.namespace.ip(f"neigh flush dev {blue.six.underlay}")
        assert blue.six.ping(GATEWAY, count=5) == 5
        frames = [frame for frame in capture.frames(0.2) if frame[6:12] == bytes.fromhex(blue.gateway.mac("wan0").replace(":", ""))]
    assert any(frame[54] == 136 for frame in frames), "there is no neighbour advertisement"
    assert tshark.complaints(frames) == ""


def test_the_gateway_defends_its_address_against_a_second_user(blue):
    """The kernel detects the duplicate (RFC 4862 section 5.4) before it uses the address."""
    thief = blue.lab.namespace("thief")
    blue.switch.cable(thief, "port")
    thief.write_setting("ipv6/conf/port/accept_dad", 1)
    bring_up(thief, "port", mtu=1600, addresses=[f"{GATEWAY}/64"])
    assert wait_for(lambda: "dadfailed" in thief.run("ip", "-6", "addr", "show", "dev", "port").stdout)


def test_an_endpoint_that_changes_its_mac_is_followed(blue):
    """It tells so by an unsolicited neighbour advertisement (RFC 4861 section 7.2.6)."""
    namespace, mac = blue.six.namespace, "02:5b:00:00:00:66"
    namespace.write_setting(f"ipv6/conf/{blue.six.underlay}/ndisc_notify", 1)
    namespace.ip(f"link set dev {blue.six.underlay} address {mac}")
    assert blue.tagged.reaches(blue.six.address)
    assert blue.gateway.row("neighbors", address=ENDPOINT)["mac"] == mac


def test_a_static_neighbour_is_used_without_asking(lab):
    """The endpoint does not answer neighbour solicitations, so that only the configured MAC can be the answer."""
    neighbor = {"address": ENDPOINT, "mac": "02:5b:00:00:00:fe"}
    gateway = lab.gateway(configuration(ports(neighbors=[neighbor]), [scene.blue([ENDPOINT])]))
    vtep = lab.vtep(gateway, "wan0", address=f"{ENDPOINT}/64", vni=scene.VNI, remotes=[GATEWAY], inner=["10.1.0.3/24"])
    vtep.namespace.ip(
        f"link set dev {vtep.underlay} arp off",
        f"neigh replace {GATEWAY} lladdr {gateway.mac('wan0')} nud permanent dev {vtep.underlay}")
    host = lab.host(gateway, "lan0", "10.1.0.1/24", vlan=scene.VLAN)
    assert host.reaches(vtep.address)
    assert gateway.row("neighbors", address=ENDPOINT)["mac"] == "02:5b:00:00:00:fe"


def test_an_endpoint_that_comes_late_is_found(lab):
    """The first solicitations are lost; the gateway asks again by itself."""
    gateway = lab.gateway(configuration(ports(), [scene.blue([ENDPOINT])]))
    host = lab.host(gateway, "lan0", "10.1.0.1/24", vlan=scene.VLAN)
    assert host.ping("10.1.0.3", count=1, timeout=0.5) == 0
    vtep = lab.vtep(gateway, "wan0", address=f"{ENDPOINT}/64", vni=scene.VNI, remotes=[GATEWAY], inner=["10.1.0.3/24"])
    assert host.reaches(vtep.address, timeout=10)


def test_an_endpoint_behind_a_router_with_a_link_local_address_is_reached(lab):
    gateway = lab.gateway(configuration(ports(gateway="fe80::fe"), [scene.blue(["2001:db8:9::2"])]))
    near, far, router = lab.switch("near"), lab.switch("far"), lab.router()
    lab.plug(near, gateway, "wan0")
    router.attach(near, "near", "2001:db8::fe/64", "fe80::fe/64")
    router.attach(far, "far", "2001:db8:9::1/64")
    vtep = lab.vtep_on(far, address="2001:db8:9::2/64", vni=scene.VNI, remotes=[GATEWAY], inner=["10.1.0.3/24"])
    vtep.namespace.ip("route add default via 2001:db8:9::1")
    host = lab.host(gateway, "lan0", "10.1.0.1/24", vlan=scene.VLAN)
    assert host.reaches(vtep.address)
    assert host.ping(vtep.address, size=1472, fragment=False) == 3


@pytest.fixture(scope="module")
def zero(shared_lab):
    """An endpoint that neither sends UDP checksums nor wants any, and how to reload the gateway with another policy."""
    lab = shared_lab

    def policy(*directions):
        return configuration(ports(udp6_zero_checksum=list(directions)), [scene.blue([ENDPOINT])])

    gateway = lab.gateway(policy("send", "receive"), label="zero")
    vtep = lab.vtep(
        gateway, "wan0", label="zero-vtep", address=f"{ENDPOINT}/64", vni=scene.VNI, remotes=[GATEWAY], inner=scene.inner(3),
        options="udp6zerocsumtx udp6zerocsumrx")
    host = lab.host(gateway, "lan0", *scene.inner(1), vlan=scene.VLAN, label="zero-host")
    assert host.reaches(vtep.address)
    return SimpleNamespace(gateway=gateway, policy=policy, vtep=vtep, host=host)


def outer_checksum(zero):
    (packet,) = outer_packets(zero.host, zero.vtep, [flow(zero.host, zero.vtep, 1)])
    return packet[UDP].chksum


def test_checksums_are_zero_both_ways_where_configured(zero):
    zero.gateway.reload(zero.policy("send", "receive"))
    assert outer_checksum(zero) == 0
    for source, target in [(zero.host, zero.vtep), (zero.vtep, zero.host)]:
        assert source.ping(target.address, size=1472, fragment=False) == 3
        assert transfer(source, target, 2_000_000).intact


def test_zero_checksums_are_received_without_being_sent(zero):
    zero.gateway.reload(zero.policy("receive"))
    assert outer_checksum(zero) != 0
    assert zero.vtep.ping(zero.host.address) == 3


@pytest.mark.parametrize("directions", [(), ("send",)], ids=["default", "send"])
def test_zero_checksums_are_refused_otherwise(zero, directions):
    """RFC 8200 section 8.1: a receiver discards such packets unless it was told that they are meant."""
    zero.gateway.reload(zero.policy(*directions))
    assert (outer_checksum(zero) == 0) == ("send" in directions)
    with DropWatch(zero.gateway) as watch:
        assert zero.vtep.ping(zero.host.address, count=2, timeout=0.2) == 0
        assert watch.reaches("udp_checksum_zero", 2)


def test_two_gateways_talk_over_ipv6(lab):
    switch, hosts = lab.switch(), []
    for index in (1, 2):
        gateway = lab.gateway(configuration(
            [access("lan0"), underlay("wan0", f"2001:db8::{index}/64")],
            [network("blue", scene.VNI, [tagged("lan0", 100)], [f"2001:db8::{3 - index}"])]), label=f"gateway{index}")
        lab.plug(switch, gateway, "wan0")
        hosts.append(lab.host(gateway, "lan0", *scene.inner(index), vlan=100, label=f"host{index}"))
    assert hosts[0].reaches(hosts[1].address)
    assert hosts[0].ping(hosts[1].address, size=1472, fragment=False) == 3
    assert transfer(hosts[1], hosts[0], 5_000_000).intact
