"""Puts an interface on a tagged VLAN, or one behind a service tag, with two BPF functions (``vlan_tag.bpf.c``)."""

from . import bpf


def attach(namespace, interface, vlan):
    """From now on ``interface`` sends every frame with the tags of ``vlan`` and receives only frames that carry them.

    ``vlan``: a VLAN ID, or a pair: that of the service tag (802.1ad) and that of the tag behind it.
    """
    service, vlan = vlan if isinstance(vlan, tuple) else (0, vlan)
    path = bpf.compiled("vlan_tag", SERVICE_ID=service, VLAN_ID=vlan)
    bpf.attach(namespace, interface, egress=(path, "push"), ingress=(path, "pop"))
