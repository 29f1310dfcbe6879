"""What Open vSwitch is told to be a VLAN <-> VXLAN gateway for a stream: as static flows, or as a learning bridge that knows the hosts."""

from .stream import address_text, mac_text

# OpenFlow port of the first tunnel port, the only one with static flows. Number 1 is kept for the port beside it: a port that has to give
# its number away forgets the hosts behind it.
TUNNEL_PORT = 100


def static_flows(streams, direction):
    """One flow for each host that is a destination, on the bridge that has the access port and the tunnel port."""
    return [encapsulating(pair) if direction == "encap" else decapsulating(pair) for pair in streams.pairs]


def encapsulating(pair):
    return (f"priority=100,in_port=1,dl_vlan={pair.vlan},dl_dst={mac_text(pair.remote)},actions=strip_vlan,"
            f"set_field:{pair.vni}->tun_id,set_field:{address_text(pair.vtep)}->tun_dst,output:{TUNNEL_PORT}\n")


def decapsulating(pair):
    return (f"priority=100,in_port={TUNNEL_PORT},tun_id={pair.vni},dl_dst={mac_text(pair.local)},actions=push_vlan:0x8100,"
            f"set_field:{4096 + pair.vlan}->vlan_vid,output:1\n")


# The underlay's bridge connects its port with the tunnels' end.
UNDERLAY_FLOWS = ["in_port=LOCAL,actions=output:1\n", "in_port=1,actions=LOCAL\n"]


def tunnel_ports(streams, mode):
    """ovs-vsctl's words that add the tunnel ports: one for static flows; one for each network and VTEP,
    an access port of the network's VLAN, for learning."""
    if mode == "static":
        return tunnel_port("vx", streams.port, key="flow", remote="flow", number=TUNNEL_PORT)
    words = []
    for number, ((vlan, vtep), vni) in enumerate(streams.tunnels.items(), TUNNEL_PORT):
        words += tunnel_port(tunnel_name(vlan, vtep), streams.port, key=vni, remote=address_text(vtep), number=number, tag=vlan)
    return words


def tunnel_name(vlan, vtep):
    return f"vx{vlan}-{vtep[2] << 8 | vtep[3]}"


def tunnel_port(name, udp_port, *, key, remote, number, tag=None):
    tagged = [] if tag is None else [f"tag={tag}"]
    return ["--", "add-port", "br-access", name, *tagged, "--", "set", "interface", name, "type=vxlan", f"ofport_request={number}",
            f"options:key={key}", f"options:remote_ip={remote}", f"options:dst_port={udp_port}"]


def learned_hosts(streams, direction):
    """Calls of the control socket that tell the bridges where the destinations are: the stream itself teaches its sources only."""
    if direction == "decap":
        return [("fdb/add", "br-access", "access", str(pair.vlan), mac_text(pair.local)) for pair in streams.pairs]
    vteps = [("fdb/add", "br-underlay", "underlay", "0", mac_text(mac)) for mac in streams.vteps.values()]
    return vteps + [
        ("fdb/add", "br-access", tunnel_name(pair.vlan, pair.vtep), str(pair.vlan), mac_text(pair.remote)) for pair in streams.pairs]
