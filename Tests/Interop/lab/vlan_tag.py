"""Puts an interface on a tagged VLAN with two BPF functions (``vlan_tag.bpf.c``)."""

from . import bpf


def attach(namespace, interface, vlan):
    """From now on ``interface`` sends every frame with the tag ``vlan`` and receives only frames that carry it."""
    path = bpf.compiled("vlan_tag", "VLAN_ID", vlan)
    bpf.attach(namespace, interface, egress=(path, "push"), ingress=(path, "pop"))
