"""QinQ access: a service tag and the tag behind it select the network.

Three hosts are on one cable, lan0: "pair" with service VLAN 300 and VLAN 20, in the same network as the kernel's endpoint and an untagged host on lan1; "rest" with
service VLAN 301 and VLAN 21, in a network that takes that service VLAN as a whole; "plain" with VLAN 20 alone.
"""

import struct
from types import SimpleNamespace

import pytest
from lab.configuration import access, configuration, keys, network, service, tagged, underlay, untagged
from lab.counters import DropWatch
from lab.frames import BROADCAST, ethernet
from lab.frames import vlan as vlan_of
from lab.station import copies_heard
from lab.transfer import transfer
from lab.waiting import wait_for

PAIR, REST, PLAIN = (300, 20), (301, 21), 20


def networks(**blue):
    return [
        network("blue", 10100, [service("lan0", *PAIR), untagged("lan1")], ["192.0.2.2"], **blue),
        network("provider", 10200, [service("lan0", 301), tagged("lan1", 7)], ["192.0.2.2"], inner_tag="keep"),
        network("plain", 10300, [tagged("lan0", PLAIN), tagged("lan1", 8)], ["192.0.2.2"])]


@pytest.fixture(scope="module")
def scene(shared_lab):
    gateway = shared_lab.gateway(configuration(
        [access("lan0"), access("lan1"), underlay("wan0", "192.0.2.1/24")], networks()))
    trunk = shared_lab.switch("trunk", mtu=1600)
    shared_lab.plug(trunk, gateway, "lan0")
    result = SimpleNamespace(
        gateway=gateway, trunk=trunk,
        pair=shared_lab.host_on(trunk, "10.1.0.1/24", vlan=PAIR, label="pair"),
        rest=shared_lab.host_on(trunk, "10.1.0.2/24", vlan=REST, label="rest"),
        plain=shared_lab.host_on(trunk, "10.1.0.3/24", vlan=PLAIN, label="plain"),
        peer=shared_lab.host(gateway, "lan1", "10.1.0.8/24", label="peer"),
        vtep=shared_lab.vtep(gateway, "wan0", vni=10100, remotes=["192.0.2.1"], inner=["10.1.0.9/24"]))
    assert result.pair.reaches(result.vtep.address)
    return result


@pytest.fixture
def reload(scene):
    """Reloads with other networks, or other keys of lan0, for one test."""
    def change(networks, **lan0):
        first, *others = scene.gateway.configuration["ports"]
        return scene.gateway.reload(
            {**scene.gateway.configuration, "ports": [{**first, **keys(lan0)}, *others], "networks": networks}, check=False)
    yield change
    scene.gateway.reload(scene.gateway.configuration)


def test_the_pair_reaches_the_tunnel_and_the_other_member(scene):
    for source, target in [(scene.pair, scene.vtep), (scene.vtep, scene.pair), (scene.pair, scene.peer), (scene.peer, scene.pair)]:
        assert source.ping(target.address) == 3
    assert scene.pair.ping(scene.vtep.address, size=1472, fragment=False) == 3
    assert transfer(scene.pair, scene.vtep, 2_000_000).intact
    assert transfer(scene.peer, scene.pair, 2_000_000).intact


def test_other_pairs_and_plain_vlans_are_other_networks(scene):
    everyone = [scene.pair, scene.rest, scene.plain, scene.peer, scene.vtep]
    for sender, audience in [
        (scene.vtep, [scene.pair, scene.peer]), (scene.peer, [scene.pair, scene.vtep]), (scene.pair, [scene.peer, scene.vtep]),
        (scene.rest, []), (scene.plain, []),
    ]:
        payload = f"broadcast of {sender}".encode()
        listeners = [station for station in everyone if station is not sender]
        heard = copies_heard(listeners, payload, lambda: sender.send(BROADCAST, payload), audience)
        assert heard == dict.fromkeys(audience, 1), sender


def test_a_service_vlan_as_a_whole_is_carried_with_the_tags_behind_it(scene):
    """Through the tunnel and to lan1, as payload."""
    payload = b"customer's own tag"
    with scene.vtep.capture(scene.vtep.underlay) as tunnel, scene.peer.capture() as local:
        scene.rest.send(BROADCAST, payload)
        outer = tunnel.wait_for(lambda frame: payload in frame)
        copy = local.wait_for(lambda frame: payload in frame)
    assert vlan_of(outer[50:]) == 21 and int.from_bytes(outer[46:49], "big") == 10200
    assert copy[12:20] == struct.pack("!HHHH", 0x8100, 7, 0x8100, 21)
    with scene.rest.capture() as capture:
        scene.peer.inject(copy[:6] + bytes.fromhex(scene.peer.mac.replace(":", "")) + copy[12:].replace(payload, b"and the way back"))
        assert vlan_of(capture.wait_for(lambda frame: b"and the way back" in frame)) == REST


def test_the_priority_of_the_service_tag_crosses_the_gateway(scene):
    payload = b"urgent"
    bare = ethernet(scene.pair.mac, scene.peer.mac, payload)
    with scene.pair.capture() as capture:
        scene.peer.inject(ethernet(scene.peer.mac, scene.pair.mac, payload, vlan=5 << 13))
        frame = capture.wait_for(lambda frame: payload in frame)
    assert frame[12:20] == struct.pack("!HHHH", 0x88A8, 5 << 13 | 300, 0x8100, 5 << 13 | 20)
    assert bare[12:] == frame[20:]


def test_unknown_pairs_are_dropped_and_counted(scene):
    with DropWatch(scene.gateway) as drops:
        scene.rest.inject(ethernet(scene.rest.mac, "02:00:00:00:00:99", b"nobody's", vlan=(302, 20)))
        assert wait_for(lambda: drops.rise().get("vlan_unknown") == 1)


def test_what_is_shown_names_both_tags(scene):
    scene.pair.ping(scene.vtep.address, count=1)
    assert [member for entry in scene.gateway.show("networks") for member in entry["members"] if member["service_vlan"]] == [
        {"port": "lan0", "service_vlan": 300, "vlan": 20}, {"port": "lan0", "service_vlan": 301, "vlan": None}]
    entry = scene.gateway.row("macs", mac=scene.pair.mac)
    assert (entry["port"], entry["service_vlan"], entry["vlan"]) == ("lan0", 300, 20)
    assert "lan0:300.20" in scene.gateway.run("show", "networks").stdout
    assert "300.20" in scene.gateway.run("show", "macs").stdout


def test_macs_can_be_added_behind_a_pair(scene):
    mac = "02:00:00:00:0a:01"
    scene.gateway.run("mac", "add", "blue", mac, "--port", "lan0", "--service-vlan", "300", "--vlan", "20")
    with scene.pair.capture() as capture:
        scene.vtep.send(mac, b"to the added one")
        assert vlan_of(capture.wait_for(lambda frame: b"to the added one" in frame)) == PAIR
    refused = scene.gateway.run("mac", "add", "blue", mac, "--port", "lan0", "--service-vlan", "301", check=False)
    assert refused.returncode != 0 and "service VLAN 301" in refused.stdout
    scene.gateway.run("mac", "delete", "blue", mac)


def test_suppression_answers_with_both_tags(scene, reload):
    assert reload(networks(neighbor_suppression=True)).returncode == 0
    scene.pair.forget_neighbors()
    assert scene.pair.ping(scene.vtep.address) == 3
    assert wait_for(lambda: scene.gateway.row("neighbors", address=scene.vtep.address, network="blue") is not None)
    scene.pair.forget_neighbors()
    with scene.vtep.capture() as capture:
        assert scene.pair.ping(scene.vtep.address) == 3
        assert not [frame for frame in capture.frames() if frame[12:14] == b"\x08\x06" and frame[:6] == b"\xff" * 6]


def test_a_reload_moves_a_pair_to_another_network(scene, reload):
    moved = networks()
    moved[0]["members"][0], moved[2]["members"][0] = moved[2]["members"][0], moved[0]["members"][0]
    assert reload(moved).returncode == 0
    payload = b"after the swap"
    with scene.vtep.capture() as capture:
        scene.plain.send(BROADCAST, payload)
        assert capture.wait_for(lambda frame: payload in frame)
    assert scene.plain.reaches(scene.vtep.address) and scene.pair.ping(scene.vtep.address, count=1, timeout=0.3) == 0


def test_service_tags_may_be_802_1q_tags(scene, reload):
    assert reload(networks(), service_tag="802.1q").returncode == 0
    payload = b"stacked 802.1Q tags"
    stacked = struct.pack("!HHHH", 0x8100, 300, 0x8100, 20)
    bare = ethernet(scene.pair.mac, scene.vtep.mac, payload)
    with scene.vtep.capture() as capture, scene.pair.capture() as answers:
        scene.pair.inject(bare[:12] + stacked + bare[12:])
        assert capture.wait_for(lambda frame: payload in frame)
        scene.vtep.send(scene.pair.mac, b"and back")
        assert answers.wait_for(lambda frame: b"and back" in frame)[12:20] == stacked


def test_what_cannot_be_told_apart_is_refused(scene, reload):
    conflict = networks()
    conflict[2]["members"][0]["vlan"] = 300
    answer = reload(conflict, service_tag="802.1q")
    assert answer.returncode != 0 and "VLAN 300 of port `lan0` is the VLAN of a member already" in answer.stdout
    assert scene.pair.ping(scene.vtep.address) == 3
