"""A bare-metal host on an access port of a gateway."""

from .station import Station, bring_up


class Host(Station):
    """Takes the kernel side of the gateway's tap device into its own namespace, tagged (``vlan``) or not.

    Its MAC replaces the tap's, which the gateway's port uses.
    """

    def __init__(self, namespace, source, interface, mac, addresses, vlan=None, mtu=1500):
        super().__init__(namespace, interface, mac, addresses, vlan)
        namespace.take(interface, source)
        bring_up(namespace, interface, mac=mac, mtu=mtu, addresses=addresses, vlan=vlan)
