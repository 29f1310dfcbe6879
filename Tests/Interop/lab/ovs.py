"""A VXLAN endpoint that is not ours: Open vSwitch with its userspace datapath, a private instance in a namespace.

Nothing of a system-wide Open vSwitch is touched: database, sockets and logs are in a directory of their own.
"""

import os
import shutil
import time
from pathlib import Path

from . import command, ownership
from .station import Station, bring_up

SCHEMA = Path("/usr/share/openvswitch/vswitch.ovsschema")
INNER = "inner"
UNDERLAY_BRIDGE, INNER_BRIDGE = "br-underlay", "br-inner"
START_SECONDS_MAX = 10


class OpenVSwitch(Station):
    """Two bridges, as its documentation of userspace tunnelling asks: one with the underlay's interface and address, one with a host
    and a vxlan port for each of ``remotes``, address -> options of that port."""

    def __init__(self, namespace, underlay, *, address, vni, remotes, mac, inner, mtu=1500):
        super().__init__(namespace, INNER, mac, inner)
        self.underlay = underlay
        self.underlay_address = address.partition("/")[0]
        self.directory = ownership.new_directory("ovs")
        self.environment = {**os.environ, **dict.fromkeys(("OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR", "OVS_SYSCONFDIR"), str(self.directory))}
        self.processes = []
        self.start()
        self.add_underlay(address)
        self.add_inner(mtu)
        bring_up(namespace, INNER, mac=mac, mtu=mtu, addresses=inner)
        for number, (remote, options) in enumerate(remotes.items()):
            self.add_remote(f"vxlan{number}", remote, vni, options)

    def start(self):
        command.run("ovsdb-tool", "create", self.directory / "conf.db", SCHEMA)
        database = self.directory / "db.sock"
        self.launch("ovsdb-server", self.directory / "conf.db", f"--remote=punix:{database}", f"--unixctl={self.directory}/db.ctl")
        self.wait_for(database.exists)
        self.vsctl("--no-wait", "init")
        self.launch("ovs-vswitchd", f"unix:{database}", f"--unixctl={self.directory}/vs.ctl")
        self.wait_for((self.directory / "vs.ctl").exists)

    def launch(self, *arguments):
        with (self.directory / "log").open("ab") as log:
            self.processes.append(self.namespace.start(*arguments, stdout=log, stderr=log, env=self.environment))

    def wait_for(self, condition):
        deadline = time.monotonic() + START_SECONDS_MAX
        while not condition():
            if self.processes[-1].poll() is not None or time.monotonic() > deadline:
                raise TimeoutError(f"Open vSwitch does not start\n{(self.directory / 'log').read_text(errors='replace')}")
            time.sleep(0.02)

    def vsctl(self, *words):
        """Returns when ovs-vswitchd has done what the database says."""
        return command.run("ovs-vsctl", f"--db=unix:{self.directory}/db.sock", *words).stdout

    def appctl(self, *words):
        return command.run("ovs-appctl", "-t", self.directory / "vs.ctl", *words).stdout

    def add_underlay(self, address):
        self.vsctl(
            "add-br", UNDERLAY_BRIDGE, "--", "set", "bridge", UNDERLAY_BRIDGE, "datapath_type=netdev",
            "--", "add-port", UNDERLAY_BRIDGE, self.underlay)
        bring_up(self.namespace, UNDERLAY_BRIDGE, mtu=1600, addresses=[address])

    def add_inner(self, mtu):
        self.vsctl(
            "add-br", INNER_BRIDGE, "--", "set", "bridge", INNER_BRIDGE, "datapath_type=netdev",
            "--", "add-port", INNER_BRIDGE, INNER, "--", "set", "interface", INNER, "type=internal", f"mtu_request={mtu}")

    def add_remote(self, name, remote, vni, options):
        self.vsctl(
            "add-port", INNER_BRIDGE, name, "--", "set", "interface", name, "type=vxlan", f"options:remote_ip=\"{remote}\"",
            f"options:key={vni}", *(f"options:{key}={value}" for key, value in options.items()))

    def set_option(self, name, key, value):
        """Changes an option of a vxlan port."""
        self.vsctl("set", "interface", name, f"options:{key}={value}")

    def close(self):
        super().close()
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait(START_SECONDS_MAX)
        shutil.rmtree(self.directory, ignore_errors=True)
