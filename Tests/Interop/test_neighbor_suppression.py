"""ARP and ND suppression: who is asked, who answers, and what the gateway knows of hosts. The cases are those of the kernel's own suite for
its bridge, test_bridge_neigh_suppress.sh, for ARP and ND alike."""

import itertools
import time
from contextlib import contextmanager

import pytest
from lab import scene, tshark
from lab.configuration import access, configuration, network, tagged, underlay, untagged
from lab.frames import BROADCAST
from lab.station import copies_heard
from lab.waiting import holds, wait_for
from scapy.layers.inet6 import ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6NDOptDstLLAddr, ICMPv6NDOptSrcLLAddr, IPv6
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.utils6 import in6_getnsma, in6_getnsmac
from scapy.pton_ntop import inet_ntop, inet_pton

KINDS = ["arp", "nd"]
PAIRS = [("tagged", "vtep"), ("vtep", "tagged"), ("tagged", "plain"), ("plain", "vtep"), ("vtep", "plain")]
AGEING_SECONDS = 6
numbers = itertools.count(1)


def blue_network(suppresses=True, **more):
    return scene.blue(neighbor_suppression=suppresses, **more)


@pytest.fixture(scope="module")
def blue(shared_lab):
    return scene.make(shared_lab, networks=[blue_network()], ipv6=True)


@contextmanager
def reloaded(blue, *args, **options):
    """The network is configured otherwise for the time of the block."""
    before = blue.gateway.configuration
    blue.gateway.reload({**before, "networks": [blue_network(*args, **options)]})
    try:
        yield
    finally:
        blue.gateway.reload(before)


def address_of(kind, station):
    return station.addresses[0 if kind == "arp" else 1]


def fresh_address(kind):
    """One that nobody has, another one each time, so that a frame with it is known again."""
    number = next(numbers)
    return f"10.1.1.{number}" if kind == "arp" else f"2001:db8:1::1:{number:x}"


def group_mac(target):
    return in6_getnsmac(inet_pton(10, target))


def group(target):
    return inet_ntop(10, in6_getnsma(inet_pton(10, target)))


def request(kind, station, target, sender=None, to=None):
    """Asks for ``target`` in the name of ``sender``; to everybody, or to the MAC ``to``."""
    sender = sender or fresh_address(kind)
    if kind == "arp":
        return Ether(src=station.mac, dst=to or BROADCAST) / ARP(op=1, hwsrc=station.mac, psrc=sender, pdst=target)
    return (
        Ether(src=station.mac, dst=to or group_mac(target)) / IPv6(src=sender, dst=target if to else group(target), hlim=255)
        / ICMPv6ND_NS(tgt=target) / ICMPv6NDOptSrcLLAddr(lladdr=station.mac))


def probe(kind, station, target):
    """Asks whether anybody has ``target``, before the station takes it (RFC 5227, RFC 4862)."""
    if kind == "arp":
        return request(kind, station, target, sender="0.0.0.0")
    return (
        Ether(src=station.mac, dst=group_mac(target)) / IPv6(src="::", dst=group(target), hlim=255) / ICMPv6ND_NS(tgt=target))


def announcement(kind, mac, address):
    """Tells everybody that ``address`` is at ``mac``."""
    if kind == "arp":
        return Ether(src=mac, dst=BROADCAST) / ARP(op=1, hwsrc=mac, psrc=address, pdst=address)
    return (
        Ether(src=mac, dst="33:33:00:00:00:01") / IPv6(src=address, dst="ff02::1", hlim=255)
        / ICMPv6ND_NA(tgt=address, R=0, S=0, O=1) / ICMPv6NDOptDstLLAddr(lladdr=mac))


def payload(packet):
    return bytes(packet)[14:]


def inject(station, packet):
    """Puts the tag of the station on."""
    if station.vlan is not None:
        packet = Ether(src=packet.src, dst=packet.dst) / Dot1Q(vlan=station.vlan, type=packet.type) / packet.payload
    station.inject(packet)


def hearers(stations, station, packet, expected):
    """Which of ``stations`` hear a packet of ``station``, once each."""
    heard = copies_heard(stations, payload(packet), lambda: inject(station, packet), expected)
    assert set(heard.values()) <= {1}
    return list(heard)


def untag(frame):
    return frame[:12] + frame[16:] if frame[12:14] == b"\x81\x00" else frame


def is_answer(kind, frame, target, sender=None):
    """Whether a frame says where ``target`` is, to ``sender`` if one is given: hosts also ask each other of their own accord."""
    packet = Ether(untag(frame))
    if kind == "arp":
        return ARP in packet and packet[ARP].op == 2 and packet[ARP].psrc == target and sender in (None, packet[ARP].pdst)
    return ICMPv6ND_NA in packet and packet[ICMPv6ND_NA].tgt == target and sender in (None, packet[IPv6].dst)


def answers(kind, station, packet, target, seconds=0.3):
    """The answers that ``station`` hears to a request, without tags."""
    sender = packet[ARP].psrc if kind == "arp" else packet[IPv6].src
    # Who has no address yet is told through all nodes.
    sender = "ff02::1" if sender == "::" else sender
    with station.capture() as capture:
        inject(station, packet)
        first = capture.wait_for(lambda frame: is_answer(kind, frame, target, sender), 2)
        more = [frame for frame in capture.during(seconds) if is_answer(kind, frame, target, sender)]
    return [untag(frame) for frame in ([first] if first else []) + more]


def known(gateway, address, **more):
    """The row of a host that the gateway knows and answers for."""
    row = gateway.row("neighbors", address=address, **more)
    return row if row and row["state"] in ("known", "static") else None


def make_known(blue, kind, station, address=None):
    address = address or address_of(kind, station)
    inject(station, announcement(kind, station.mac, address))
    assert wait_for(lambda: known(blue.gateway, address, network="blue", mac=station.mac)), blue.gateway.show("neighbors")
    return address


def others(blue, station):
    return [other for other in blue.stations if other is not station]


@pytest.fixture(params=PAIRS, ids=lambda pair: f"{pair[0]}-asks-for-{pair[1]}")
def pair(request, blue):
    return tuple(getattr(blue, name) for name in request.param)


# The six cases of the kernel's suite.


@pytest.mark.parametrize("kind", KINDS)
def test_without_suppression_everybody_is_asked(blue, kind):
    with reloaded(blue, suppresses=False):
        target = address_of(kind, blue.vtep)
        inject(blue.vtep, announcement(kind, blue.vtep.mac, target))
        assert hearers(blue.stations, blue.tagged, request(kind, blue.tagged, target), others(blue, blue.tagged)) == others(blue, blue.tagged)
        assert [row for row in blue.gateway.show("neighbors") if row["network"]] == []


@pytest.mark.parametrize("kind", KINDS)
def test_for_an_unknown_host_everybody_is_asked(blue, kind, pair):
    source, _ = pair
    expected = others(blue, source)
    assert set(hearers(blue.stations, source, request(kind, source, fresh_address(kind)), expected)) == set(expected)


@pytest.mark.parametrize("kind", KINDS)
def test_for_a_known_host_the_gateway_answers_and_nobody_is_asked(blue, kind, pair):
    source, target = pair
    address = make_known(blue, kind, target)
    assert hearers(blue.stations, source, request(kind, source, address), []) == []
    assert len(answers(kind, source, request(kind, source, address), address)) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_for_a_configured_host_the_gateway_answers_though_it_never_spoke(blue, kind):
    address, mac = fresh_address(kind), "02:00:00:00:0c:01"
    static = {"mac": mac, "remote": scene.VTEP_ADDRESS}
    with reloaded(blue, neighbors=[{"address": address, "mac": mac}], static_macs=[static]):
        row = blue.gateway.row("neighbors", address=address)
        assert row["state"] == "static" and row["origin"] == "configured" and row["remote"] == scene.VTEP_ADDRESS
        (frame,) = answers(kind, blue.tagged, request(kind, blue.tagged, address), address)
        assert Ether(frame).src == mac
        assert hearers(blue.stations, blue.tagged, request(kind, blue.tagged, address), []) == []
        # Nobody takes the address away from it.
        inject(blue.plain, announcement(kind, blue.plain.mac, address))
        assert holds(lambda: blue.gateway.row("neighbors", address=address)["mac"] == mac, 0.5)
    assert blue.gateway.row("neighbors", address=address) is None


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_is_the_one_that_the_host_would_give(blue, kind, pair):
    source, target = pair
    address, sender = make_known(blue, kind, target), fresh_address(kind)
    (frame,) = answers(kind, source, request(kind, source, address, sender=sender), address)
    packet = Ether(frame)
    assert (packet.src, packet.dst) == (target.mac, source.mac)
    if kind == "arp":
        arp = packet[ARP]
        assert (arp.hwsrc, arp.psrc, arp.hwdst, arp.pdst) == (target.mac, address, source.mac, sender)
    else:
        flags = packet[ICMPv6ND_NA]
        assert (flags.R, flags.S, flags.O) == (0, 1, 1) and packet[IPv6].hlim == 255
        assert (packet[IPv6].src, packet[IPv6].dst) == (address, sender)
        assert packet[ICMPv6NDOptDstLLAddr].lladdr == target.mac
    assert tshark.complaints([frame]) == ""


@pytest.mark.parametrize("kind", KINDS)
def test_switched_off_again_everybody_is_asked(blue, kind):
    address = make_known(blue, kind, blue.vtep)
    with reloaded(blue, suppresses=False):
        assert blue.gateway.row("neighbors", address=address) is None
        expected = others(blue, blue.tagged)
        assert hearers(blue.stations, blue.tagged, request(kind, blue.tagged, address), expected) == expected
    # On again it starts anew.
    assert blue.gateway.row("neighbors", address=address) is None
    expected = others(blue, blue.tagged)
    assert hearers(blue.stations, blue.tagged, request(kind, blue.tagged, address), expected) == expected


# What passes all the same.


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_to_one_station_reaches_it_and_it_answers_itself(blue, kind, pair):
    source, target = pair
    address = make_known(blue, kind, target)
    packet = request(kind, source, address, to=target.mac)
    assert hearers(blue.stations, source, packet, [target]) == [target]


@pytest.mark.parametrize("kind", KINDS)
def test_a_host_that_probes_for_a_taken_address_finds_out(blue, kind):
    address = make_known(blue, kind, blue.vtep)
    expected = others(blue, blue.tagged)
    assert set(hearers(blue.stations, blue.tagged, probe(kind, blue.tagged, address), expected)) == set(expected)
    # The owner's objection comes through, from the owner.
    found = answers(kind, blue.tagged, probe(kind, blue.tagged, address), address)
    assert found and {Ether(frame).src for frame in found} == {blue.vtep.mac}


@pytest.mark.parametrize("kind", KINDS)
def test_an_announcement_reaches_everybody_and_moves_the_address(blue, kind):
    address = make_known(blue, kind, blue.vtep, fresh_address(kind))
    packet = announcement(kind, blue.plain.mac, address)
    expected = others(blue, blue.plain)
    assert set(hearers(blue.stations, blue.plain, packet, expected)) == set(expected)
    assert wait_for(lambda: known(blue.gateway, address, mac=blue.plain.mac, port="lan1"))
    (frame,) = answers(kind, blue.tagged, request(kind, blue.tagged, address), address)
    assert Ether(frame).src == blue.plain.mac


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_for_a_host_beside_the_asker_goes_nowhere(blue, kind):
    """Both are on lan0, VLAN 100: the asked one has heard the request."""
    beside = "02:00:00:00:0c:02"
    address = fresh_address(kind)
    inject(blue.tagged, announcement(kind, beside, address))
    assert wait_for(lambda: known(blue.gateway, address, mac=beside))
    before = blue.gateway.row("drops", reason="neighbor_at_origin")["packets"]
    assert hearers(blue.stations, blue.tagged, request(kind, blue.tagged, address), []) == []
    assert answers(kind, blue.tagged, request(kind, blue.tagged, address), address) == []
    assert blue.gateway.row("drops", reason="neighbor_at_origin")["packets"] == before + 2


@pytest.mark.parametrize("kind", KINDS)
def test_an_address_in_the_name_of_another_mac_is_not_believed(blue, kind):
    address = fresh_address(kind)
    lie = announcement(kind, "02:00:00:00:0c:03", address)
    lie.src = blue.plain.mac
    before = blue.gateway.row("drops", reason="control_neighbor_ignored")["packets"]
    inject(blue.plain, lie)
    assert wait_for(lambda: blue.gateway.row("drops", reason="control_neighbor_ignored")["packets"] == before + 1)
    assert blue.gateway.row("neighbors", address=address) is None


# What the gateway knows.


def test_hosts_on_both_sides_are_learned_from_what_they_say(blue):
    for source, target in itertools.permutations(blue.stations, 2):
        source.forget_neighbors()
        for address in target.addresses:
            assert source.reaches(address)
    places = {blue.tagged: ("lan0", None), blue.plain: ("lan1", None), blue.vtep: (None, scene.VTEP_ADDRESS)}
    for station, (port, remote) in places.items():
        for address in station.addresses:
            wanted = {"mac": station.mac, "network": "blue", "port": port, "remote": remote, "origin": "snooped"}
            assert wait_for(lambda: known(blue.gateway, address, **wanted)), blue.gateway.show("neighbors")


def test_show_neighbors_has_next_hops_and_hosts_and_narrows_to_a_network(blue):
    make_known(blue, "arp", blue.plain)
    assert blue.gateway.row("neighbors", address=scene.VTEP_ADDRESS)["network"] is None
    header, *lines = blue.gateway.run("show", "neighbors", "--network", "blue").stdout.splitlines()
    assert header.split() == ["ADDRESS", "MAC", "NETWORK", "PORT", "REMOTE", "STATE", "ORIGIN"]
    assert [blue.plain.address, blue.plain.mac, "blue", "lan1", "-", "known", "snooped"] in [line.split() for line in lines]
    assert all(line.split()[2] == "blue" for line in lines)
    result = blue.gateway.run("show", "neighbors", "--network", "green", check=False)
    assert result.returncode == 1 and "there is no network green" in result.stdout


def test_networks_are_apart(lab):
    """Two VLANs of one cable with the same addresses; only one of them suppresses."""
    gateway = lab.gateway(configuration(
        [access("lan0"), access("lan1"), access("lan2")],
        [network("blue", 1, [tagged("lan0", 100), untagged("lan1")], neighbor_suppression=True),
         network("red", 2, [tagged("lan0", 200), untagged("lan2")])]))
    trunk = lab.switch("trunk", mtu=1500)
    lab.plug(trunk, gateway, "lan0")
    askers = [lab.host_on(trunk, "10.1.0.1/24", vlan=vlan, label=f"asker{vlan}") for vlan in (100, 200)]
    targets = [lab.host(gateway, port, "10.1.0.9/24") for port in ("lan1", "lan2")]
    for target in targets:
        inject(target, announcement("arp", target.mac, target.address))
    assert wait_for(lambda: known(gateway, "10.1.0.9", network="blue"))
    assert gateway.row("neighbors", network="red") is None
    for asker, target, expected in [(askers[0], targets[0], []), (askers[1], targets[1], [targets[1]])]:
        assert hearers(targets, asker, request("arp", asker, "10.1.0.9"), expected) == expected
        (frame,) = answers("arp", asker, request("arp", asker, "10.1.0.9", sender="10.1.0.1"), "10.1.0.9")
        assert Ether(frame).src == target.mac


# Time.


@pytest.fixture(scope="module")
def ageing(shared_lab, blue):
    """Everything ages within seconds for the time of the last tests."""
    before = blue.gateway.configuration
    blue.gateway.reload({**before, "macs": {**before["macs"], "ageing": AGEING_SECONDS}})
    yield blue
    blue.gateway.reload(before)


def test_hosts_that_answer_probes_stay_and_those_that_do_not_go(ageing):
    """A host of each side and family says once where it is, and is silent from then on; so does one that is not there."""
    gateway = ageing.gateway
    ghosts = {}
    for number, kind in enumerate(KINDS):
        for station in ageing.stations:
            make_known(ageing, kind, station)
        mac, address = f"02:00:00:00:0d:0{number}", fresh_address(kind)
        inject(ageing.plain, announcement(kind, mac, address))
        assert wait_for(lambda: known(gateway, address, mac=mac))
        ghosts[kind] = address
    before = gateway.free_buffers()
    living = [(address_of(kind, station), station.mac) for kind in KINDS for station in ageing.stations]
    deadline = time.monotonic() + 3 * AGEING_SECONDS
    while time.monotonic() < deadline:
        rows = {row["address"]: row for row in gateway.show("neighbors") if row["network"]}
        for address, mac in living:
            assert rows[address]["mac"] == mac and rows[address]["state"] in ("known", "probing"), rows[address]
        time.sleep(0.2)
    assert all(gateway.row("neighbors", address=address) is None for address in ghosts.values())
    assert gateway.free_buffers() >= before - 32


def test_a_probe_goes_to_its_host_alone_and_so_does_the_answer(ageing):
    """What the gateway asks one host is nobody else's."""
    make_known(ageing, "arp", ageing.vtep)
    own = ageing.gateway.mac("lan0")
    with ageing.plain.capture() as other, ageing.vtep.capture() as asked:
        frame = asked.wait_for(lambda frame: frame[6:12].hex(":") == own and frame[12:14] == b"\x08\x06", AGEING_SECONDS)
        packet = Ether(frame)
        assert packet.dst == ageing.vtep.mac and (packet[ARP].psrc, packet[ARP].pdst) == ("0.0.0.0", ageing.vtep.address)
        heard = other.during(1)
    assert not [frame for frame in heard if frame[:6].hex(":") == own]
    assert not [frame for frame in heard if frame[6:12].hex(":") == ageing.vtep.mac and is_answer("arp", frame, ageing.vtep.address)]
