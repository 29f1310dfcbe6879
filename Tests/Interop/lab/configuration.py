"""Builds configurations of the gateway as dictionaries with the keys of the YAML file."""

import itertools

import yaml


def access(name, mtu=1500, **more):
    """An access port. ``more``: learning, mac_limit, storm_control, isolated, split_horizon_group, loop_detection, service_tag."""
    return {"name": name, "role": "access", "mtu": mtu, **keys(more)}


def underlay(name, addresses, mtu=1600, **more):
    """An underlay port; ``addresses``, one or a list, have prefix lengths. ``more``: gateway, neighbors, vlan, udp6_zero_checksum ..."""
    addresses = [addresses] if isinstance(addresses, str) else list(addresses)
    return {"name": name, "role": "underlay", "mtu": mtu, "addresses": addresses, **keys(more)}


def tagged(port, vlan):
    return {"port": port, "vlan": vlan}


def service(port, service_vlan, vlan=None):
    """A member with a service tag, and with a tag behind it or whatever is there."""
    return {"port": port, "service-vlan": service_vlan, **({} if vlan is None else {"vlan": vlan})}


def untagged(port):
    return {"port": port, "untagged": True}


def network(name, vni, members, remotes=(), static_macs=(), **more):
    """A network. ``more``: group, mtu, mac_limit, storm_control, inner_tag ..."""
    result = {"name": name, "vni": vni, "members": list(members), "remotes": list(remotes), **keys(more)}
    if static_macs:
        result["static-macs"] = list(static_macs)
    return result


def keys(options):
    """Names of arguments as keys of the file: ``group_port`` is ``group-port``."""
    return {name.replace("_", "-"): value for name, value in options.items()}


def configuration(ports, networks, *, cores=(1,), memory=512, ageing=300, capacity=4096, **sections):
    """A whole configuration: every port on a tap device ``vd-<name>``, no hugepages. ``sections`` adds top-level sections.

    A port with a ``bond`` is made of as many taps as it says ``members``: ``vd-<name>-0`` and so on.
    """
    numbers = itertools.count()
    return {
        "system": {"cores": list(cores), "memory": memory, "hugepages": "off"},
        "ports": [{**port, **devices(port, numbers)} for port in ports],
        "macs": {"capacity": capacity, "ageing": ageing},
        "networks": list(networks),
        **sections,
    }


def devices(port, numbers):
    """The keys that say what a port is made of."""
    if "bond" not in port:
        return {"device": f"net_tap{next(numbers)},iface=vd-{port['name']}"}
    members = [f"net_tap{next(numbers)},iface=vd-{port['name']}-{member}" for member in range(port["bond"]["members"])]
    return {"bond": {**port["bond"], "members": members}}


def interface(configuration, port):
    """Name of the tap device of a port."""
    device = next(entry["device"] for entry in configuration["ports"] if entry["name"] == port)
    return device.partition("iface=")[2].partition(",")[0]


class PlainDumper(yaml.SafeDumper):
    """Writes a value that occurs twice twice, as a person would, not as an anchor and an alias."""

    def ignore_aliases(self, data):
        return True


def text(configuration):
    """The YAML file of a configuration."""
    return yaml.dump(configuration, Dumper=PlainDumper, sort_keys=False)
