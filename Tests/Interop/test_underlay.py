"""Other underlays and endpoints: a router on the way, UDP checksums, the old port number, static neighbours."""

from lab import scene
from lab.configuration import configuration, interface, underlay
from lab.station import bring_up


def test_an_endpoint_behind_a_router_is_reached(lab):
    """Remote 198.51.100.2 is not on link: the gateway must use its next hop 192.0.2.254."""
    gateway = lab.gateway(configuration(
        [*scene.ports()[:2], underlay("wan0", "192.0.2.1/24", gateway="192.0.2.254")], [scene.blue(["198.51.100.2"])]))
    router = lab.namespace("router")
    wan = interface(gateway.configuration, "wan0")
    router.take(wan, gateway.namespace)
    bring_up(router, wan, mac="02:5b:00:00:00:fd", mtu=1600, addresses=["192.0.2.254/24"])
    far = lab.namespace("far")
    far.ip(f"link add underlay type veth peer name far netns {router.name}")
    bring_up(router, "far", mtu=1600, addresses=["198.51.100.1/24"])
    bring_up(far, "underlay", mtu=1600, addresses=["198.51.100.2/24"])
    far.ip("route add default via 198.51.100.1")
    router.write_setting("ipv4/ip_forward", 1)
    vtep = lab.endpoint(
        far, "underlay", "198.51.100.2/24", {"vni": scene.VNI, "remotes": ["192.0.2.1"], "inner": ["10.1.0.3/24"]})
    host = lab.host(gateway, "lan0", "10.1.0.1/24", vlan=scene.VLAN)
    assert host.reaches(vtep.address)
    assert host.ping(vtep.address, size=1472, fragment=False) == 3


def test_an_endpoint_that_sends_udp_checksums_is_understood(lab):
    blue = scene.make(lab, vtep_options={"options": "udpcsum"})
    with blue.vtep.capture(blue.vtep.underlay, outgoing=True) as capture:
        assert blue.vtep.ping(blue.tagged.address) == 3
        sent = capture.wait_for(lambda frame: frame[36:38] == (4789).to_bytes(2, "big"), timeout=0.5)
    assert sent[40:42] != b"\0\0"


def test_another_udp_port_is_used_in_both_directions(lab):
    blue = scene.make(lab, vxlan={"port": 8472}, vtep_options={"port": 8472})
    assert blue.tagged.ping(blue.vtep.address) == 3


def test_a_static_neighbour_is_used_without_asking(lab):
    """The endpoint does not answer ARP, so that only the configured MAC can be the answer."""
    neighbor = {"address": scene.VTEP_ADDRESS, "mac": "02:5b:00:00:00:fe"}
    gateway = lab.gateway(configuration(
        [*scene.ports()[:2], underlay("wan0", "192.0.2.1/24", neighbors=[neighbor])], [scene.blue()]))
    vtep = lab.vtep(gateway, "wan0", vni=scene.VNI, remotes=["192.0.2.1"], inner=["10.1.0.3/24"])
    vtep.namespace.ip(
        f"link set dev {vtep.underlay} arp off",
        f"neigh replace 192.0.2.1 lladdr {gateway.mac('wan0')} nud permanent dev {vtep.underlay}")
    host = lab.host(gateway, "lan0", "10.1.0.1/24", vlan=scene.VLAN)
    assert host.reaches(vtep.address)
    assert gateway.row("neighbors", address=scene.VTEP_ADDRESS)["mac"] == "02:5b:00:00:00:fe"


def test_an_endpoint_that_comes_late_is_found(lab):
    """The first requests for its MAC are lost; the gateway asks again by itself."""
    gateway = lab.gateway(configuration(scene.ports(), [scene.blue()]))
    host = lab.host(gateway, "lan0", "10.1.0.1/24", vlan=scene.VLAN)
    assert host.ping("10.1.0.3", count=1, timeout=0.5) == 0
    vtep = lab.vtep(gateway, "wan0", vni=scene.VNI, remotes=["192.0.2.1"], inner=["10.1.0.3/24"])
    assert host.reaches(vtep.address, timeout=10)
