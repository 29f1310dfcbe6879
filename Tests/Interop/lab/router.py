"""A router of the underlay: the kernel, forwarding IPv4 and IPv6."""

from .station import bring_up


class Router:
    """Forwards between the links it is attached to."""

    def __init__(self, namespace):
        self.namespace = namespace
        for path in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
            namespace.write_setting(path, 1)
        for scope in ("all", "default"):
            namespace.write_setting(f"ipv4/conf/{scope}/rp_filter", 0)
            # Who moves to another MAC tells his neighbours.
            namespace.write_setting(f"ipv4/conf/{scope}/arp_notify", 1)
            namespace.write_setting(f"ipv6/conf/{scope}/ndisc_notify", 1)
            # A router that restarts comes back with its addresses.
            namespace.write_setting(f"ipv6/conf/{scope}/keep_addr_on_down", 1)

    def attach(self, switch, interface, *addresses, mac=None):
        """A cable to a switch, with addresses that have prefix lengths."""
        switch.cable(self.namespace, interface)
        bring_up(self.namespace, interface, mac=mac, mtu=switch.mtu, addresses=addresses)

    def route(self, prefix, next_hop):
        self.namespace.ip(f"route replace {prefix} via {next_hop}")

    def set_link(self, interface, up):
        """Takes an interface down, as a router that dies does, or up again."""
        self.namespace.ip(f"link set dev {interface} {'up' if up else 'down'}")

    def change_mac(self, interface, mac):
        """Like a router that is replaced by another one."""
        self.namespace.ip(f"link set dev {interface} address {mac}")
