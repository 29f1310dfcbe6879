"""VLANs and networks: what belongs together, what is kept apart, and which tag a frame gets."""

from lab.configuration import access, configuration, network, tagged, underlay, untagged
from lab.frames import BROADCAST, vlan
from lab.station import copies_heard
from lab.transfer import transfer

def audience(listeners, sender, expected):
    """Which of ``listeners`` hear a broadcast of ``sender``."""
    payload = f"broadcast of {sender}".encode()
    return list(copies_heard(listeners, payload, lambda: sender.send(BROADCAST, payload), expected))


def knows(station, mac):
    return mac in station.run("ip", "neigh", "show", "dev", station.interface).stdout


def test_two_vlans_of_one_port_are_two_networks(lab):
    """Both hosts are on one cable, so only the tag tells them apart; both networks use the same addresses."""
    gateway = lab.gateway(configuration(
        [access("lan0"), underlay("wan0", "192.0.2.1/24")],
        [network("blue", 10100, [tagged("lan0", 100)], ["192.0.2.2"]), network("red", 10200, [tagged("lan0", 200)], ["192.0.2.3"])]))
    trunk, underlay_switch = lab.switch("trunk", mtu=1500), lab.switch("underlay")
    lab.plug(trunk, gateway, "lan0")
    lab.plug(underlay_switch, gateway, "wan0")
    hosts, vteps = [], []
    for index, (name, vlan, vni) in enumerate([("blue", 100, 10100), ("red", 200, 10200)]):
        hosts.append(lab.host_on(trunk, f"10.1.0.{index + 1}/24", vlan=vlan, label=name))
        vteps.append(lab.vtep_on(
            underlay_switch, address=f"192.0.2.{index + 2}/24", vni=vni, remotes=["192.0.2.1"], inner=["10.1.0.9/24"],
            label=f"{name}-vtep"))
    for host in hosts:
        assert host.reaches("10.1.0.9")
    for own, other in [(0, 1), (1, 0)]:
        assert knows(hosts[own], vteps[own].mac) and not knows(hosts[other], vteps[own].mac)
        assert audience(hosts, vteps[own], [hosts[own]]) == [hosts[own]]
        assert audience(vteps, hosts[own], [vteps[own]]) == [vteps[own]]


def test_the_same_vlan_on_two_ports_is_one_network(lab):
    gateway = lab.gateway(configuration(
        [access("lan0"), access("lan1"), underlay("wan0", "192.0.2.1/24")],
        [network("blue", 10100, [tagged("lan0", 100), tagged("lan1", 100)], ["192.0.2.2"])]))
    first, second = (lab.host(gateway, f"lan{index}", f"10.1.0.{index + 1}/24", vlan=100) for index in (0, 1))
    vtep = lab.vtep(gateway, "wan0", vni=10100, remotes=["192.0.2.1"], inner=["10.1.0.3/24"])
    for source, target in [(first, second), (first, vtep), (vtep, second)]:
        assert source.reaches(target.address)
        assert source.ping(target.address, size=1472, fragment=False) == 3


def test_a_tag_is_translated_between_two_ports(lab):
    gateway = lab.gateway(configuration(
        [access("lan0"), access("lan1")], [network("blue", 10100, [tagged("lan0", 100), tagged("lan1", 200)])]))
    first = lab.host(gateway, "lan0", "10.1.0.1/24", vlan=100)
    second = lab.host(gateway, "lan1", "10.1.0.2/24", vlan=200)
    assert first.reaches(second.address)
    assert transfer(first, second, 5_000_000).intact
    with second.capture() as capture:
        first.send(BROADCAST, b"translate me")
        frame = capture.wait_for(lambda frame: b"translate me" in frame)
    assert vlan(frame) == 200


def test_the_same_vlan_id_on_two_ports_can_be_two_networks(lab):
    gateway = lab.gateway(configuration(
        [access("lan0"), access("lan1"), access("lan2")],
        [network("blue", 1, [tagged("lan0", 100), untagged("lan2")]), network("red", 2, [tagged("lan1", 100)])]))
    blue = lab.host(gateway, "lan0", "10.1.0.1/24", vlan=100)
    red = lab.host(gateway, "lan1", "10.1.0.2/24", vlan=100)
    friend = lab.host(gateway, "lan2", "10.1.0.3/24")
    assert blue.reaches(friend.address)
    assert red.ping(friend.address, count=2, timeout=0.2) == 0
    assert audience([friend, red], blue, [friend]) == [friend]


def test_a_port_carries_tagged_networks_and_an_untagged_one(lab):
    gateway = lab.gateway(configuration(
        [access("lan0"), access("lan1")],
        [network("blue", 1, [tagged("lan0", 100), untagged("lan1")]), network("red", 2, [untagged("lan0"), tagged("lan1", 200)])]))
    trunk = lab.switch("trunk", mtu=1500)
    lab.plug(trunk, gateway, "lan0")
    tagged_host = lab.host_on(trunk, "10.1.0.1/24", vlan=100, label="tagged")
    plain_host = lab.host_on(trunk, "10.1.0.2/24", label="plain")
    blue_peer = lab.host(gateway, "lan1", "10.1.0.9/24")
    assert tagged_host.reaches(blue_peer.address)
    assert plain_host.ping(blue_peer.address, count=2, timeout=0.2) == 0
    assert audience([blue_peer], tagged_host, [blue_peer]) == [blue_peer]
    assert audience([blue_peer], plain_host, []) == []
