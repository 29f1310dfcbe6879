"""Ports on other devices than taps: interfaces that the kernel had before the gateway came, and keeps when it goes."""

from lab import remains, scene
from lab.configuration import configuration
from lab.station import bring_up
from lab.transfer import transfer
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Dot1Q, Ether

FLOWS = 64
GRATUITOUS_ARP = bytes.fromhex("0806 0001 0800 06 04")


def on_cables(lab, driver, arguments=""):
    """The scene with each port on a veth pair, not started: the gateway, and the namespace at the other end of each cable."""
    content = configuration(scene.ports(), [scene.blue()])
    for number, port in enumerate(content["ports"]):
        port["device"] = f"{driver}{number},iface={port['name']}{arguments}"
    gateway, ends = lab.gateway(content, start=False), {}
    for port in content["ports"]:
        name, end = port["name"], lab.namespace(port["name"])
        gateway.namespace.ip(f"link add {name} type veth peer name port netns {end.name}")
        bring_up(gateway.namespace, name, mtu=port["mtu"])
        # What a NIC would compute: without this, packets come with checksums that nobody has filled in.
        end.run("ethtool", "-K", "port", "tx", "off")
        ends[name] = end
    return gateway, ends


def attach(lab, ends):
    """Two hosts and a VXLAN endpoint at the other ends of the cables."""
    hosts = []
    for index, (name, vlan) in enumerate([("lan0", scene.VLAN), ("lan1", None)]):
        mac, addresses = lab.next_mac(), scene.inner(index + 1)[:1]
        bring_up(ends[name], "port", mac=mac, addresses=addresses, vlan=vlan)
        hosts.append(lab.station(ends[name], "port", mac, addresses, vlan))
    bring_up(ends["wan0"], "port", mtu=1600, addresses=[f"{scene.VTEP_ADDRESS}/24"])
    vtep = lab.endpoint(
        ends["wan0"], "port", scene.VTEP_ADDRESS,
        {"vni": scene.VNI, "remotes": [scene.GATEWAY_ADDRESS], "inner": scene.inner(3)[:1]})
    return *hosts, vtep


def test_packet_sockets_carry_everything_that_taps_do(lab):
    gateway, ends = on_cables(lab, "net_af_packet")
    tagged, plain, vtep = attach(lab, ends)
    gateway.start().wait_ready()
    for source, target in [(tagged, plain), (tagged, vtep), (vtep, plain)]:
        assert source.reaches(target.address)
        assert source.ping(target.address, size=1472, fragment=False) == 3
        assert transfer(source, target, 5_000_000).intact


def test_every_queue_of_a_packet_socket_is_polled_however_few_workers_there_are(lab):
    """The kernel spreads flows over all sockets of the device (fanout): what comes to one that nobody reads is lost."""
    gateway, ends = on_cables(lab, "net_af_packet", ",qpairs=3")
    tagged, plain, _ = attach(lab, ends)
    gateway.start().wait_ready()
    assert tagged.reaches(plain.address)
    flows = [
        Ether(src=tagged.mac, dst=plain.mac) / Dot1Q(vlan=tagged.vlan) / IP(src=tagged.address, dst=plain.address)
        / UDP(sport=port, dport=9) / b"one of many flows" for port in range(40000, 40000 + FLOWS)]
    with plain.capture() as capture:
        for flow in flows:
            tagged.inject(flow)
        heard = sum(b"one of many flows" in frame for frame in capture.frames(1))
    assert heard == FLOWS
    queues = [queue for row in gateway.show("workers") for queue in row["queues"] if queue["port"] == "lan0"]
    assert [queue["queue"] for queue in queues] == [0, 1, 2]
    assert all(queue["packets"] for queue in queues)


def test_the_underlay_learns_of_the_gateway_at_its_start(lab):
    """RFC 5227 section 3: an announcement tells neighbours that keep an old MAC for the address."""
    gateway, ends = on_cables(lab, "net_af_packet")
    attach(lab, ends)
    with lab.station(ends["wan0"], "port", "", []).capture() as capture:
        gateway.start().wait_ready()
        address = bytes(map(int, scene.GATEWAY_ADDRESS.split(".")))
        frame = capture.wait_for(
            lambda frame: frame[12:20] == GRATUITOUS_ARP and frame[28:32] == address and frame[38:42] == address)
    assert frame and frame[:6] == b"\xff" * 6
    assert frame[6:12].hex(":") == gateway.mac("wan0")


def test_the_interfaces_are_still_there_when_the_gateway_has_gone(lab):
    gateway, ends = on_cables(lab, "net_af_packet")
    attach(lab, ends)
    gateway.start().wait_ready()
    assert gateway.stop().status == 0
    assert sorted(remains.interfaces(gateway.namespace)) == ["lan0", "lan1", "wan0"]
