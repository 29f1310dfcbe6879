"""Several underlay ports, static routes, and flows spread over next hops that come, go and change.

                                  wan0 --- left  (router) ---.
    tagged --- lan0 --- gateway                               core --- four, six (kernel endpoints)
                                  wan1 --- right (router) ---'
                                       `-- third (router) ---'     near (kernel endpoint on wan1's link)
"""

import random
import time
from collections import Counter
from types import SimpleNamespace

import pytest
from lab import scene
from lab.configuration import access, configuration, network, tagged, underlay
from lab.counters import DropWatch
from lab.outer import flow_port, flows, is_flow
from lab.transfer import transfer
from lab.waiting import wait_for

LOCAL = {"four": "10.255.0.1", "six": "2001:db8:ffff::1"}
FAR = {"four": "198.51.100.2", "six": "2001:db8:9::2"}
# The routers' addresses towards the gateway, by the family of the endpoint behind them.
NEXT_HOPS = {
    "left": {"four": "192.0.2.254", "six": "2001:db8:1::fe"},
    "right": {"four": "203.0.113.254", "six": "2001:db8:2::fe"},
    "third": {"four": "203.0.113.253", "six": "2001:db8:2::fd"},
}
PREFIXES = {"four": "198.51.100.0/24", "six": "2001:db8:9::/64"}
NEAR = "203.0.113.2"
LEFT_ONLY, RIGHT_ONLY, BOTH = ["left"], ["right"], ["left", "right"]
# So many that an even spread stays within 10 % of its mean in all but one of a hundred million runs.
FLOWS = 4000
FLAP_SECONDS = 60
# The gateway looks at links once a second.
SETTLE_SECONDS = 10
RESTART_SECONDS = 2
BAD_CONFIGURATION = 78


def routes(routers, *more):
    """To both endpoints over some routers."""
    return [{"prefix": prefix, "next-hops": [NEXT_HOPS[name][family] for name in routers]} for family, prefix in PREFIXES.items()] + [*more]


def with_routes(*routes, gateways=None):
    """The configuration with other routes, or with default gateways: port -> list."""
    gateways = {port: {"gateway": addresses} for port, addresses in (gateways or {}).items()}
    return configuration(
        [access("lan0"),
         underlay("wan0", ["192.0.2.1/24", "2001:db8:1::1/64"], **gateways.get("wan0", {})),
         underlay("wan1", ["203.0.113.1/24", "2001:db8:2::1/64"], **gateways.get("wan1", {}))],
        [network("blue", scene.VNI, [tagged("lan0", scene.VLAN)], [*FAR.values(), NEAR])],
        routes=list(routes), vxlan={"local": list(LOCAL.values())})


def add_router(lab, name, link, core, number):
    """A router between a link of the gateway and the core, where its addresses end in ``number``."""
    router = lab.router(name)
    router.attach(link, "near", *(f"{address}/{64 if ':' in address else 24}" for address in NEXT_HOPS[name].values()))
    router.attach(core, "far", f"198.51.100.{number}/24", f"2001:db8:9::{number:x}/64", mac=f"02:5b:00:00:02:{number:02x}")
    gateways = ("192.0.2.1", "2001:db8:1::1") if name == "left" else ("203.0.113.1", "2001:db8:2::1")
    for local, gateway in zip(LOCAL.values(), gateways):
        router.route(local, gateway)
    return router


def add_endpoint(lab, switch, name, address, local, index, back):
    """An endpoint whose packets to the gateway go ``back`` through a router."""
    vtep = lab.vtep_on(
        switch, address=f"{address}/{64 if ':' in address else 24}", vni=scene.VNI, remotes=[local], inner=scene.inner(index), label=name)
    vtep.namespace.ip(f"route replace {local} via {back}")
    return vtep


@pytest.fixture(scope="module")
def world(shared_lab):
    lab = shared_lab
    gateway = lab.gateway(with_routes(*routes(BOTH)))
    links, core = [lab.switch(f"link{index}") for index in (0, 1)], lab.switch("core")
    uplinks = [lab.uplink(gateway, f"wan{index}", links[index]) for index in (0, 1)]
    routers = {
        name: add_router(lab, name, link, core, 254 - index)
        for index, (name, link) in enumerate([("left", links[0]), ("right", links[1]), ("third", links[1])])}
    world = SimpleNamespace(
        gateway=gateway, uplinks=uplinks, routers=routers,
        tagged=lab.host(gateway, "lan0", *scene.inner(1), vlan=scene.VLAN, label="tagged"),
        # What comes back takes the router that no test takes down.
        four=add_endpoint(lab, core, "four", FAR["four"], LOCAL["four"], 2, "198.51.100.253"),
        six=add_endpoint(lab, core, "six", FAR["six"], LOCAL["six"], 3, "2001:db8:9::fd"),
        near=add_endpoint(lab, links[1], "near", NEAR, LOCAL["four"], 4, "203.0.113.1"))
    for endpoint in (world.four, world.six):
        assert settles(world, endpoint, BOTH)
    return world


@pytest.fixture(params=["four", "six"])
def endpoint(request, world):
    """An endpoint over IPv4 and one over IPv6."""
    return getattr(world, request.param)


@pytest.fixture
def reload(world):
    """Reloads with other routes; afterwards they are as they were, and flows where they belong."""
    yield lambda *arguments, **options: world.gateway.reload(with_routes(*arguments, **options))
    world.gateway.reload(with_routes(*routes(BOTH)))
    for endpoint in (world.four, world.six):
        assert settles(world, endpoint, BOTH)


def spread(world, endpoint, ports, patience=5):
    """Flow -> the router that its frame came through, for those of the flows that arrive with no longer gap than ``patience`` seconds."""
    names = {f"02:5b:00:00:02:{254 - index:02x}": name for index, name in enumerate(world.routers)}
    arrived = {}
    with endpoint.capture(endpoint.underlay) as capture:
        for frame in flows(world.tagged, endpoint, ports):
            world.tagged.inject(frame)
        while len(arrived) < len(ports) and (frame := capture.wait_for(is_flow, patience)):
            arrived[flow_port(frame)] = names[frame[6:12].hex(":")]
    return arrived


def shares(world, endpoint, ports, **options):
    """Router -> how many of the flows came through it."""
    return Counter(spread(world, endpoint, ports, **options).values())


def settles(world, endpoint, routers, ports=range(64)):
    """Whether all flows come to arrive, over just these routers."""
    def as_wanted():
        seen = shares(world, endpoint, ports, patience=0.5)
        return seen.total() == len(ports) and set(seen) == set(routers)

    return wait_for(as_wanted, SETTLE_SECONDS)


def test_an_endpoint_is_reached_whichever_way_it_answers(world):
    for name, back in [("four", ["198.51.100.254", "198.51.100.253"]), ("six", ["2001:db8:9::fe", "2001:db8:9::fd"])]:
        endpoint = getattr(world, name)
        for router in back:
            endpoint.namespace.ip(f"route replace {LOCAL[name]} via {router}")
            assert world.tagged.reaches(endpoint.address)
            assert world.tagged.ping(endpoint.address, size=1472, fragment=False) == 3


def test_an_endpoint_on_the_link_of_the_other_port_is_reached(world):
    assert world.tagged.reaches(world.near.address)
    assert transfer(world.near, world.tagged, 2_000_000).intact


def test_flows_are_spread_evenly_and_keep_their_way(world, endpoint):
    first, again = (spread(world, endpoint, range(1000, 1000 + FLOWS)) for _ in range(2))
    assert len(first) == FLOWS and first == again
    counts = Counter(first.values())
    assert all(abs(counts[name] - FLOWS / 2) < FLOWS / 2 / 10 for name in BOTH), counts


def test_a_link_that_goes_down_moves_only_its_own_flows(world, endpoint):
    ports = range(1000, 2000)
    before = spread(world, endpoint, ports)
    world.uplinks[0].set(up=False)
    try:
        assert settles(world, endpoint, RIGHT_ONLY)
        assert shares(world, endpoint, ports) == {"right": len(ports)}
    finally:
        world.uplinks[0].set(up=True)
    assert settles(world, endpoint, BOTH)
    assert spread(world, endpoint, ports) == before


def test_a_router_that_restarts_is_used_again_once_it_answers(world, endpoint):
    """Its link comes back before it does: until then flows stay where they went."""
    ports = range(1000, 2000)
    before = spread(world, endpoint, ports)
    world.routers["left"].set_link("near", up=False)
    try:
        world.uplinks[0].set(up=False)
        assert settles(world, endpoint, RIGHT_ONLY)
        world.uplinks[0].set(up=True)
        deadline = time.monotonic() + RESTART_SECONDS
        while time.monotonic() < deadline:
            assert shares(world, endpoint, ports) == {"right": len(ports)}
    finally:
        world.uplinks[0].set(up=True)
        world.routers["left"].set_link("near", up=True)
    assert settles(world, endpoint, BOTH)
    assert spread(world, endpoint, ports) == before


def test_a_router_that_is_replaced_by_one_with_another_mac_is_followed(world, endpoint):
    mac = "02:5b:00:00:03:01" if endpoint is world.four else "02:5b:00:00:03:02"
    world.routers["left"].change_mac("near", mac)
    assert settles(world, endpoint, BOTH, ports=range(1000))
    address = NEXT_HOPS["left"]["four" if endpoint is world.four else "six"]
    assert world.gateway.row("neighbors", address=address)["mac"] == mac


def test_the_longest_prefix_decides(world, reload):
    reload(*routes(BOTH, {"prefix": "198.51.100.2/32", "next-hops": ["203.0.113.254"]}))
    assert settles(world, world.four, RIGHT_ONLY, ports=range(256))
    assert settles(world, world.six, BOTH)


def test_a_next_hop_that_is_taken_away_moves_only_its_own_flows(world, endpoint, reload):
    ports = range(1000, 2000)
    before = spread(world, endpoint, ports)
    reload(*routes(RIGHT_ONLY))
    assert shares(world, endpoint, ports) == {"right": len(ports)}
    reload(*routes(BOTH))
    assert settles(world, endpoint, BOTH)
    assert spread(world, endpoint, ports) == before


def test_default_gateways_of_several_ports_share_the_flows(world, reload):
    reload(gateways={port: list(NEXT_HOPS[name].values()) for port, name in [("wan0", "left"), ("wan1", "right")]})
    for endpoint in (world.four, world.six):
        assert settles(world, endpoint, BOTH)


def test_the_last_route_to_an_endpoint_cannot_be_taken_away(world):
    result = world.gateway.reload(with_routes(*routes(BOTH)[1:]), check=False)
    assert result.returncode == BAD_CONFIGURATION and FAR["four"] in result.stdout
    assert settles(world, world.four, BOTH)


def test_a_minute_of_flapping_and_a_dying_router_cost_nothing_afterwards(world, reload):
    """The third router stops answering while its link stays up: the gateway finds out by itself. Flows over the steady one lose nothing."""
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    intervals = random.Random(seed)
    reload(*routes(["left", "right", "third"]))
    assert settles(world, world.four, world.routers, ports=range(256))
    steady = [port for port, name in spread(world, world.four, range(256)).items() if name == "right"]
    world.routers["third"].set_link("near", up=False)
    sent, received, deadline = 0, 0, time.monotonic() + FLAP_SECONDS
    with world.four.capture(world.four.underlay) as capture:
        while time.monotonic() < deadline:
            for up in (False, True):
                world.uplinks[0].set(up)
                for frame in flows(world.tagged, world.four, steady):
                    world.tagged.inject(frame)
                sent += len(steady)
                time.sleep(intervals.uniform(0, 1.5))
        received = sum(map(is_flow, capture.frames(1)))
    print(f"{sent} frames of {len(steady)} steady flows")
    assert received == sent
    assert settles(world, world.four, BOTH)
    with DropWatch(world.gateway) as watch:
        assert shares(world, world.four, range(1000, 2000)).total() == 1000
        assert transfer(world.tagged, world.four, 5_000_000).intact
        assert watch.rise() == {}
