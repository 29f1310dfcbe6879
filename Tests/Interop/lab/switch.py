"""An Ethernet switch of the underlay: a kernel bridge in a namespace of its own."""

BRIDGE = "br0"


class Switch:
    """Joins taps of gateways and cables to other namespaces. Multicast goes to every port."""

    def __init__(self, namespace, mtu=1600, options="mcast_snooping 0"):
        self.namespace = namespace
        self.mtu = mtu
        self.ports = 0
        namespace.ip(
            f"link add {BRIDGE} type bridge stp_state 0 forward_delay 0 {options}", f"link set {BRIDGE} mtu {mtu} up")

    def plug(self, interface, source, name=None):
        """Moves ``interface`` of the namespace ``source`` in as a port. Returns its name here.

        It gets a MAC of its own: a bridge keeps frames to the MAC of a port for itself, and a tap has that of the gateway.
        """
        self.ports += 1
        name = name or f"port{self.ports}"
        if source is not self.namespace:
            self.namespace.take(interface, source)
        self.namespace.ip(
            f"link set dev {interface} name {name} address 02:5b:00:00:00:{self.ports:02x} mtu {self.mtu} txqueuelen 10000",
            f"link set dev {name} master {BRIDGE} up")
        return name

    def cable(self, namespace, interface, mac=None):
        """A veth pair between ``namespace``, where its end is ``interface``, and a port here. Returns the port's name."""
        self.ports += 1
        name = f"port{self.ports}"
        address = f"address {mac}" if mac else ""
        namespace.ip(f"link add {interface} mtu {self.mtu} {address} type veth peer name {name} netns {self.namespace.name}")
        self.namespace.ip(f"link set dev {name} mtu {self.mtu} master {BRIDGE} up")
        return name
