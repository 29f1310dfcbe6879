"""The cable of an underlay port whose link goes down and up.

A tap that has moved to another namespace is out of its driver's sight. Here it stays where the gateway is, and a bridge there leads on
to a switch.
"""

from .configuration import interface


class Uplink:
    """Joins ``port`` of ``gateway`` to ``switch``."""

    def __init__(self, gateway, port, switch):
        self.namespace = gateway.namespace
        self.interface = interface(gateway.configuration, port)
        bridge, cable = f"br-{port}", f"to-{port}"
        switch.cable(self.namespace, cable)
        self.namespace.ip(
            f"link add {bridge} type bridge stp_state 0 forward_delay 0 mcast_snooping 0", f"link set {bridge} mtu {switch.mtu} up",
            # A bridge keeps frames to the MAC of a port for itself, and a tap has that of the gateway.
            f"link set dev {self.interface} mtu {switch.mtu} address 02:5b:00:00:01:00 txqueuelen 10000",
            f"link set dev {self.interface} master {bridge} up", f"link set dev {cable} master {bridge} up")

    def set(self, up):
        """The link as the gateway's device sees it."""
        self.namespace.ip(f"link set dev {self.interface} {'up' if up else 'down'}")
