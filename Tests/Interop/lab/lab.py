"""One experiment: makes namespaces, gateways and stations, and takes all of them away at the end."""

import shutil
import weakref

from .configuration import interface
from .gateway import Gateway
from .host import Host
from .namespace import Namespace
from .ovs import OpenVSwitch
from .router import Router
from .snooping import SnoopingSwitch
from .station import Station, bring_up
from .switch import Switch
from .uplink import Uplink
from .vtep import KernelVTEP

living = weakref.WeakSet()


class Lab:
    """A context manager. Stations get MACs 02:00:00:00:00:01, :02 ... in the order in which they are made."""

    def __init__(self):
        self.namespaces = []
        self.gateways = []
        self.stations = []
        self.cables = 0
        living.add(self)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def namespace(self, label):
        namespace = Namespace(label)
        self.namespaces.append(namespace)
        return namespace

    def gateway(self, configuration, label="gateway", start=True, namespace=None):
        """A gateway in a namespace of its own, unless one is given, ready to forward unless ``start`` is false."""
        gateway = Gateway(namespace or self.namespace(label), configuration)
        self.gateways.append(gateway)
        if start:
            gateway.start().wait_ready()
        return gateway

    def host(self, gateway, port, *addresses, vlan=None, mac=None, mtu=1500, label=None):
        """A host on an access port of the gateway; addresses have prefix lengths."""
        namespace = self.namespace(label or port)
        name = interface(gateway.configuration, port)
        return self.add(Host(namespace, gateway.namespace, name, mac or self.next_mac(), addresses, vlan, mtu))

    def host_on(self, switch, *addresses, vlan=None, label="host"):
        """A host on a switch, which passes tags as they are: so several VLANs share one port of a gateway."""
        namespace = self.namespace(label)
        switch.cable(namespace, "port")
        mac = self.next_mac()
        bring_up(namespace, "port", mac=mac, addresses=addresses, vlan=vlan)
        return self.station(namespace, "port", mac, addresses, vlan)

    def station(self, namespace, interface, mac, addresses, vlan=None):
        """A station on an interface that is up already."""
        return self.add(Station(namespace, interface, mac, addresses, vlan))

    def vtep(self, gateway, port, /, *, address="192.0.2.2/24", label="vtep", underlay_mtu=1600, underlay_vlan=None, **options):
        """A kernel endpoint directly on an underlay port of the gateway. For ``options`` see ``KernelVTEP``."""
        namespace = self.namespace(label)
        name = interface(gateway.configuration, port)
        namespace.take(name, gateway.namespace)
        bring_up(namespace, name, mac="02:5b:00:00:00:fe", mtu=underlay_mtu, addresses=[address], vlan=underlay_vlan)
        return self.endpoint(namespace, name, address, options)

    def switch(self, label="switch", mtu=1600):
        return Switch(self.namespace(label), mtu)

    def snooping_switch(self, label="snooping", **options):
        return SnoopingSwitch(self.namespace(label), **options)

    def join(self, first, second):
        """A cable between two switches. Returns the names of its ports, that of the first one first."""
        self.cables += 1
        end = f"cable{self.cables}"
        port = first.cable(second.namespace, end)
        return port, second.plug(end, second.namespace)

    def router(self, label="router"):
        return Router(self.namespace(label))

    def uplink(self, gateway, port, switch):
        """Connects a port of the gateway to a switch by a cable whose link goes down and up."""
        return Uplink(gateway, port, switch)

    def plug(self, switch, gateway, port):
        """Connects a port of the gateway to a switch; returns the name of the switch's port."""
        return switch.plug(interface(gateway.configuration, port), gateway.namespace)

    def vtep_on(self, switch, *, address, label="vtep", underlay_vlan=None, **options):
        """A kernel endpoint on a switch."""
        namespace = self.namespace(label)
        switch.cable(namespace, "underlay")
        bring_up(namespace, "underlay", mtu=switch.mtu, addresses=[address], vlan=underlay_vlan)
        return self.endpoint(namespace, "underlay", address, options)

    def ovs_on(self, switch, *, label="ovs", **options):
        """An endpoint by Open vSwitch on a switch. For ``options`` see ``OpenVSwitch``."""
        namespace = self.namespace(label)
        switch.cable(namespace, "underlay")
        bring_up(namespace, "underlay", mtu=switch.mtu)
        options.setdefault("mac", self.next_mac())
        return self.add(OpenVSwitch(namespace, "underlay", **options))

    def endpoint(self, namespace, underlay, address, options):
        options.setdefault("mac", self.next_mac())
        return self.add(KernelVTEP(namespace, underlay, address=address.partition("/")[0], **options))

    def next_mac(self):
        return f"02:00:00:00:00:{len(self.stations) + 1:02x}"

    def add(self, station):
        self.stations.append(station)
        return station

    def close(self):
        """Gateways first: taking the tap of a running one away would only fill its log."""
        for gateway in self.gateways:
            gateway.close()
        for station in self.stations:
            station.close()
        for namespace in reversed(self.namespaces):
            namespace.close()
        for gateway in self.gateways:
            shutil.rmtree(gateway.directory, ignore_errors=True)
        self.namespaces, self.gateways, self.stations = [], [], []
