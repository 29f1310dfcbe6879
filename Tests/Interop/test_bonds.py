"""Ports made of two devices, against another instance of DPDK's bonding: active-backup, balance and LACP, and a cable that is cut under traffic.

    host --- server ===(two cables)=== gateway --- vtep
"""

import random
import time
from types import SimpleNamespace

import pytest
from lab import scene
from lab.cable import Cable
from lab.configuration import access, configuration, network, underlay, untagged
from lab.counters import DropWatch
from lab.frames import BROADCAST, Injector
from lab.switch import Switch
from lab.transfer import transfer
from lab.waiting import holds, wait_for

MODES = ["active-backup", "balance", "lacp"]
AGREED_SECONDS = 30
BAD_PACKETS = 2000
# What a partner has said last is believed for 90 seconds (IEEE 802.1AX section 6.4.4), unless another says something.
LIED_SECONDS = 100
# A cable that is cut is seen in a tenth of a second. LACP then waits two seconds for another aggregator where the first is lost (IEEE 802.1AX section 6.4.4).
CUT_SECONDS = {"active-backup": 2, "balance": 2, "lacp": 8}


def bond(mode):
    return {"mode": mode, "members": 2}


def members(gateway, port):
    return gateway.row("ports", name=port)["bond"]["members"]


def active(gateway, port):
    return [member["active"] for member in members(gateway, port)]


def wanted(mode):
    return [True, False] if mode == "active-backup" else [True, True]


@pytest.fixture(params=MODES)
def world(lab, request):
    """An access port that is a bond: the server is a gateway too, whose network has nothing but the host and the bond."""
    mode = request.param
    gateway = lab.gateway(configuration(
        [access("lan0", bond=bond(mode)), underlay("wan0", "192.0.2.1/24")], [network("blue", 10100, [untagged("lan0")], ["192.0.2.2"])]))
    server = lab.gateway(
        configuration([access("up0", bond=bond(mode)), access("host0")], [network("blue", 1, [untagged("up0"), untagged("host0")])]),
        namespace=gateway.namespace)
    return connect(lab, mode, gateway, server, lambda: lab.vtep(
        gateway, "wan0", address="192.0.2.2/24", vni=10100, remotes=["192.0.2.1"], inner=scene.inner(2)), "lan0")


def connect(lab, mode, gateway, server, make_vtep, port):
    cables = [Cable(gateway.namespace, f"vd-{port}-{number}", f"vd-up0-{number}") for number in range(2)]
    host = lab.host(server, "host0", *scene.inner(1), label="host")
    vtep = make_vtep()
    for end, name in ((gateway, port), (server, "up0")):
        assert wait_for(lambda: active(end, name) == wanted(mode), AGREED_SECONDS), members(end, name)
    assert host.reaches(vtep.address, 10)
    return SimpleNamespace(mode=mode, gateway=gateway, server=server, cables=cables, host=host, vtep=vtep, port=port)


def test_traffic_passes_in_both_directions(world):
    assert world.host.ping(world.vtep.address, count=20) == 20 and world.vtep.ping(world.host.addresses[1], count=20) == 20
    assert transfer(world.host, world.vtep, 2_000_000).intact and transfer(world.vtep, world.host, 2_000_000).intact


def test_the_table_tells_of_every_member(world):
    row = world.gateway.row("ports", name=world.port)
    assert row["bond"]["mode"] == world.mode and row["driver"] == "net_bonding" and row["link"] == "up"
    assert [member["link"] for member in row["bond"]["members"]] == ["up", "up"]
    text = world.gateway.run("show", "ports").stdout
    assert f"bond, {world.mode}" in text and ("standby" in text) == (world.mode == "active-backup")


def test_a_cable_that_is_cut_under_traffic_costs_little_and_comes_back(world):
    """An endless ping: what is lost is less than the time that a cut may take."""
    limit = CUT_SECONDS[world.mode]
    for number in (0, 1):
        started = time.monotonic()
        world.cables[number].cut()
        assert wait_for(lambda: world.host.ping(world.vtep.address, count=1, timeout=0.2) == 1, limit), "nothing passes"
        assert wait_for(lambda: not active(world.gateway, world.port)[number], limit)
        assert wait_for(lambda: active(world.gateway, world.port)[1 - number], limit)
        assert wait_for(lambda: active(world.server, "up0")[1 - number], limit) and world.host.reaches(world.vtep.address, limit)
        assert time.monotonic() - started < 4 * limit
        assert world.gateway.row("ports", name=world.port)["link"] == "up"
        assert transfer(world.host, world.vtep, 1_000_000).intact
        world.cables[number].mend()
        if world.mode != "active-backup":
            assert wait_for(lambda: active(world.gateway, world.port) == [True, True], AGREED_SECONDS)
            assert wait_for(lambda: active(world.server, "up0") == [True, True], AGREED_SECONDS)
        else:
            assert wait_for(lambda: [member["link"] for member in members(world.gateway, world.port)] == ["up", "up"])
        assert world.host.reaches(world.vtep.address) and world.host.ping(world.vtep.address, count=10) == 10


def test_without_any_cable_the_port_has_no_link(world):
    for cable in world.cables:
        cable.cut()
    assert wait_for(lambda: world.gateway.row("ports", name=world.port)["link"] == "down")
    assert wait_for(lambda: f"port {world.port}: link down" in world.gateway.output())
    for cable in world.cables:
        cable.mend()
    assert wait_for(lambda: world.gateway.row("ports", name=world.port)["link"] == "up", AGREED_SECONDS)
    assert world.host.reaches(world.vtep.address, AGREED_SECONDS)


def test_lacp_goes_on_while_nobody_sends(lab):
    """The messages of LACP leave from the worker's transmit calls, which are made whether there are packets or not."""
    gateway = lab.gateway(configuration([access("lan0", bond=bond("lacp"))], [network("blue", 1, [untagged("lan0")])]))
    server = lab.gateway(configuration([access("up0", bond=bond("lacp"))], [network("blue", 1, [untagged("up0")])]), namespace=gateway.namespace)
    cables = [Cable(gateway.namespace, f"vd-lan0-{number}", f"vd-up0-{number}") for number in range(2)]
    assert len(cables) == 2
    assert wait_for(lambda: active(gateway, "lan0") == active(server, "up0") == [True, True], AGREED_SECONDS)
    assert holds(lambda: active(gateway, "lan0") == [True, True], 5)


def test_slow_protocol_frames_of_any_kind_do_no_harm(lab):
    """What LACP and its neighbours in the slow protocols may look like when nobody means well: random, and good ones with bits flipped."""
    gateway = lab.gateway(configuration([access("lan0", bond=bond("lacp")), access("lan1")], [network("blue", 1, [untagged("lan0"), untagged("lan1")])]))
    server = lab.gateway(
        configuration([access("up0", bond=bond("lacp")), access("host0")], [network("blue", 1, [untagged("up0"), untagged("host0")])]),
        namespace=gateway.namespace)
    cables = [Cable(gateway.namespace, f"vd-lan0-{number}", f"vd-up0-{number}") for number in range(2)]
    assert len(cables) == 2
    assert wait_for(lambda: active(gateway, "lan0") == active(server, "up0") == [True, True], AGREED_SECONDS)
    first, second = lab.host(gateway, "lan1", *scene.inner(1), label="first"), lab.host(server, "host0", *scene.inner(2), label="second")
    assert first.reaches(second.address, 10)
    seed = random.SystemRandom().getrandbits(32)
    print(f"seed {seed}")
    generator, before = random.Random(seed), gateway.free_buffers()
    injector = Injector(gateway.namespace, "vd-lan0-0")
    for _ in range(BAD_PACKETS):
        body = bytearray([1, 1, 1, 20, *generator.randbytes(18), 2, 20, *generator.randbytes(18), 3, 16, *generator.randbytes(14), 0, 0, *bytes(50)])
        if generator.random() < 0.5:
            body = bytearray(generator.randbytes(generator.randrange(120)))
        for _ in range(generator.randrange(3) if body else 0):
            body[generator.randrange(len(body))] ^= 1 << generator.randrange(8)
        injector.send(bytes.fromhex("0180c2000002" + "02000000fade" + "8809") + bytes(body[: generator.randrange(len(body) + 1)]))
    injector.close()
    assert wait_for(lambda: active(gateway, "lan0")[1], AGREED_SECONDS), "the member that nobody lied to"
    assert first.reaches(second.address, AGREED_SECONDS)
    assert wait_for(lambda: active(gateway, "lan0") == [True, True], LIED_SECONDS), "the other one, once the liar is forgotten"
    assert wait_for(lambda: gateway.free_buffers(1) >= before), gateway.free_buffers()


def test_a_bond_of_the_underlay_carries_tunnels(lab):
    """Its MTU is larger than the drivers of its members admit."""
    gateway = lab.gateway(configuration(
        [access("lan0"), underlay("wan0", "192.0.2.1/24", bond=bond("lacp"))], [network("blue", 10100, [untagged("lan0")], ["192.0.2.2"])]))
    server = lab.gateway(
        configuration([access("up0", mtu=1600, bond=bond("lacp")), access("host0", mtu=1600)], [network("link", 1, [untagged("up0"), untagged("host0")])]),
        namespace=gateway.namespace)
    cables = [Cable(gateway.namespace, f"vd-wan0-{number}", f"vd-up0-{number}") for number in range(2)]
    host = lab.host(gateway, "lan0", *scene.inner(1), label="host")
    vtep = lab.vtep(server, "host0", address="192.0.2.2/24", vni=10100, remotes=["192.0.2.1"], inner=scene.inner(2))
    assert wait_for(lambda: active(gateway, "wan0") == active(server, "up0") == [True, True], AGREED_SECONDS)
    assert host.reaches(vtep.address, 10)
    assert host.ping(vtep.address, size=1472, fragment=False) == 3 and transfer(host, vtep, 2_000_000).intact
    cables[0].cut()
    for end, port in ((gateway, "wan0"), (server, "up0")):
        assert wait_for(lambda: active(end, port) == [False, True], CUT_SECONDS["lacp"])
    assert host.reaches(vtep.address, CUT_SECONDS["lacp"]) and host.ping(vtep.address, count=10) == 10


def switched(gateway, port):
    """A switch with both members of a bond; in the gateway's namespace, since the bond looks at the links of its taps by name."""
    switch = Switch(gateway.namespace, mtu=1500)
    for number in range(2):
        name = f"vd-{port}-{number}"
        switch.plug(name, gateway.namespace, name)
    return switch


def test_lacp_without_a_partner_is_told(lab):
    """Links are up, but nobody answers: nothing can be sent, and people are to see it."""
    gateway = lab.gateway(configuration(
        [access("lan0", bond=bond("lacp")), access("lan1")], [network("blue", 1, [untagged("lan0"), untagged("lan1")])]))
    switched(gateway, "lan0")
    assert wait_for(lambda: [member["link"] for member in members(gateway, "lan0")] == ["up", "up"])
    assert wait_for(lambda: "port lan0: no member of the bond is active" in gateway.output(), 15), gateway.output()
    assert active(gateway, "lan0") == [False, False] and "no partner" in gateway.run("show", "ports").stdout
    assert "no link" not in gateway.output().partition("gateway is up")[0]


def test_what_the_standby_member_hears_is_not_forwarded_later(lab):
    """Both members are on one switch, which floods to both. A second later the first one's link goes: nothing of before may come in by the other."""
    gateway = lab.gateway(configuration(
        [access("lan0", bond=bond("active-backup")), access("lan1")], [network("blue", 1, [untagged("lan0"), untagged("lan1")])]))
    switch = switched(gateway, "lan0")
    host, peer = lab.host_on(switch, "10.1.0.1/24"), lab.host(gateway, "lan1", "10.1.0.2/24")
    assert wait_for(lambda: active(gateway, "lan0") == [True, False]) and host.reaches(peer.address)
    with DropWatch(gateway) as drops, peer.capture() as capture:
        for number in range(5):
            peer.send(BROADCAST, f"replay {number}".encode())
        assert wait_for(lambda: drops.rise().get("bond_standby", 0) >= 5), drops.rise()
        time.sleep(0.5)
        switch.namespace.ip("link set dev vd-lan0-0 down")
        assert wait_for(lambda: active(gateway, "lan0") == [False, True])
        assert not [frame for frame in capture.frames(1) if b"replay" in frame]
    assert gateway.row("macs", mac=peer.mac)["port"] == "lan1"
    assert host.reaches(peer.address) and peer.ping(host.address) == 3
    assert "active members of the bond" in gateway.output()
