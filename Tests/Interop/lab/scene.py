"""The scene of most tests and of the demo: two hosts and a kernel VXLAN endpoint in one network.

            lan0, VLAN 100                                 wan0
    tagged ---------------+                     +-------------------- vtep
    10.1.0.1              |       gateway       |  192.0.2.1/24       192.0.2.2/24, VNI 10100
                          +---------------------+                     10.1.0.3
    plain ----------------+
    10.1.0.2   lan1, untagged
"""

from dataclasses import dataclass

from .configuration import access, configuration, network, tagged, underlay, untagged
from .gateway import Gateway
from .host import Host
from .vtep import KernelVTEP

VLAN = 100
VNI = 10100
GATEWAY_ADDRESS = "192.0.2.1"
VTEP_ADDRESS = "192.0.2.2"


def inner(index):
    """IPv4 and IPv6 address of station ``index`` inside the network."""
    return [f"10.1.0.{index}/24", f"2001:db8:1::{index}/64"]


def ports(lan0=None, lan1=None):
    """``lan0``, ``lan1``: more keys of these ports."""
    return [access("lan0", **(lan0 or {})), access("lan1", **(lan1 or {})), underlay("wan0", f"{GATEWAY_ADDRESS}/24")]


def blue(remotes=(VTEP_ADDRESS,), **more):
    return network("blue", VNI, [tagged("lan0", VLAN), untagged("lan1")], remotes, **more)


@dataclass
class Scene:
    gateway: Gateway
    tagged: Host
    plain: Host
    vtep: KernelVTEP

    @property
    def stations(self):
        return [self.tagged, self.plain, self.vtep]

    def wait_ready(self):
        """Waits until the gateway has resolved its next hop and every station reaches every other."""
        for source in self.stations:
            for target in self.stations:
                if source is not target and not source.reaches(target.address):
                    raise TimeoutError(f"{source} does not reach {target}\n{self.gateway.output()}")
        return self


def connect(lab, gateway, ipv6=False, **vtep_options):
    """Takes the taps of a gateway that has the ports of this scene and puts the stations there."""
    addresses = [inner(index)[: 2 if ipv6 else 1] for index in (1, 2, 3)]
    return Scene(
        gateway,
        lab.host(gateway, "lan0", *addresses[0], vlan=VLAN, label="tagged"),
        lab.host(gateway, "lan1", *addresses[1], label="plain"),
        lab.vtep(
            gateway, "wan0", address=f"{VTEP_ADDRESS}/24", vni=VNI, remotes=[GATEWAY_ADDRESS], inner=addresses[2],
            **vtep_options)).wait_ready()


def make(lab, *, networks=None, lan0=None, lan1=None, ipv6=False, vtep_options=None, **changes):
    """Starts a gateway with the network ``blue`` (or ``networks``) and connects the stations. ``lan0``, ``lan1``: more keys of these ports."""
    gateway = lab.gateway(configuration(ports(lan0, lan1), networks or [blue()], **changes))
    return connect(lab, gateway, ipv6, **(vtep_options or {}))
