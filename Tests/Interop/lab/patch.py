"""A cable between two access ports of a gateway, which makes a loop while it is plugged in."""

from .configuration import interface
from .switch import BRIDGE


class Patch:
    """Joins the kernel's ends of both ports by a bridge. Not plugged in at first."""

    def __init__(self, lab, gateway, first, second, label="patch"):
        self.switch = lab.switch(label, mtu=1500)
        self.namespace = self.switch.namespace
        self.first = lab.plug(self.switch, gateway, first)
        self.second = interface(gateway.configuration, second)
        self.namespace.take(self.second, gateway.namespace)
        self.namespace.ip(f"link set dev {self.second} address 02:5b:00:00:00:7e mtu 1500 txqueuelen 10000 up")

    def plug(self):
        self.namespace.ip(f"link set dev {self.second} master {BRIDGE}")

    def pull(self):
        self.namespace.ip(f"link set dev {self.second} nomaster")
