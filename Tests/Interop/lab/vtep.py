"""A VXLAN endpoint that is not ours: the Linux kernel's own vxlan device, with a host on top of it."""

from .station import Station, bring_up

INNER = "vxlan0"


class KernelVTEP(Station):
    """A namespace with an underlay address and a vxlan device that carries the inner addresses.

    ``remotes`` are the VTEPs to which broadcast goes; unicast follows what the device has learned.
    """

    def __init__(self, namespace, underlay, *, address, vni, remotes, mac, inner, mtu=1500, port=4789, options=""):
        super().__init__(namespace, INNER, mac, inner)
        self.underlay = underlay
        self.underlay_address = address
        self.vni = vni
        self.remotes = list(remotes)
        namespace.ip(f"link add {INNER} type vxlan id {vni} local {address} dstport {port} dev {underlay} {options}")
        bring_up(namespace, INNER, mac=mac, mtu=mtu, addresses=inner)
        for remote in self.remotes:
            namespace.run("bridge", "fdb", "append", "00:00:00:00:00:00", "dev", INNER, "dst", remote)

    def known_macs(self):
        """MAC -> VTEP address, as the vxlan device has learned them."""
        table = {}
        for line in self.run("bridge", "fdb", "show", "dev", INNER).stdout.splitlines():
            words = line.split()
            if "dst" in words:
                table[words[0]] = words[words.index("dst") + 1]
        return table

    def forget_macs(self):
        """Empties what the vxlan device has learned, not the flooding list."""
        for mac in self.known_macs():
            if mac != "00:00:00:00:00:00":
                self.run("bridge", "fdb", "delete", mac, "dev", INNER, check=False)
