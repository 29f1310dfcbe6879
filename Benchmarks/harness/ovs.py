"""Open vSwitch with DPDK as a VLAN <-> VXLAN gateway: a private instance in a network namespace of its own, one polling thread, userspace
datapath. Nothing of a system-wide Open vSwitch is touched."""

import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import ovs_rules
from .core import prefer
from .ovs_control import Control, port_counters
from .process import BenchError, Program, last_line, run
from .stream import address_text, mac_text

DAEMON = Path("/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk")
SCHEMA = Path("/usr/share/openvswitch/vswitch.ovsschema")
NO_IPV6 = "/proc/sys/net/ipv6/conf/default/disable_ipv6"
START_SECONDS_MAX = 30
COMMAND_SECONDS_MAX = 120
# Of ovs-ofctl at a time.
CONNECTIONS = 8
# Longer than any benchmark: nothing expires while others have their turn.
IDLE_MILLISECONDS = 3_600_000
FLOWS_MAX = 400_000
MTU = 1600


def missing():
    """Why Open vSwitch cannot be measured, or nothing."""
    if not DAEMON.exists() or not SCHEMA.exists():
        return "Open vSwitch with DPDK is not installed (Debian's package openvswitch-switch-dpdk)"
    return None if os.geteuid() == 0 else "Open vSwitch needs root: it makes a network namespace"


class OpenVSwitch:
    """``mode``: "static" (a flow for each host) or "normal" (learning bridges)."""

    def __init__(self, streams, direction, mode, setting):
        self.streams, self.direction, self.mode, self.setting = streams, direction, mode, setting
        self.directory = tempfile.TemporaryDirectory(prefix="viaduct-bench-ovs-")
        self.place = Path(self.directory.name)
        self.programs = []
        self.control = None
        try:
            self._start()
            self._add_bridges()
        except BaseException:
            self.end()
            raise

    @property
    def daemon(self):
        return self.programs[-1]

    @property
    def source_port(self):
        return "access" if self.direction == "encap" else "underlay"

    @property
    def sink_port(self):
        return "underlay" if self.direction == "encap" else "access"

    def connect(self, source, sink):
        """The DPDK devices that receive the stream and take what is forwarded. Flows come before the polling thread, which is there with
        the first port; the source comes last: the stream begins at once."""
        if self.mode == "static":
            self._add_flows("br-access", ovs_rules.static_flows(self.streams, self.direction))
            self._add_flows("br-underlay", ovs_rules.UNDERLAY_FLOWS)
        self._add_port(self.sink_port, sink, MTU)
        if self.mode == "normal":
            self.control.call_all(ovs_rules.learned_hosts(self.streams, self.direction))
        # af_packet's frames hold 1500 bytes; the MTU matters on the way out only.
        self._add_port(self.source_port, source, 1500 if source.startswith("net_af_packet") else MTU)

    def sent(self):
        return self.sink_counters()[0]

    def sink_counters(self):
        """(sent, lost) of the sink."""
        return port_counters(self.control.call("dpctl/show", "-s"), self.sink_port)

    def pause(self):
        for program in self.programs:
            program.pause()

    def resume(self):
        for program in self.programs:
            program.resume()

    def end(self):
        if self.control:
            self.control.close()
        for program in reversed(self.programs):
            program.end()
        self.directory.cleanup()

    def set_options(self, **options):
        """``other_config`` of the daemon, with underscores for hyphens."""
        self.vsctl("set", "Open_vSwitch", ".", *(f"other_config:{name.replace('_', '-')}={value}" for name, value in options.items()))

    def vsctl(self, *words):
        return self._run("ovs-vsctl", f"--db=unix:{self.place}/db.sock", *words)

    def in_namespace(self, *words):
        return run(["nsenter", f"--net=/proc/{self.daemon.pid}/ns/net", *words], COMMAND_SECONDS_MAX)

    def _run(self, *words, text=None):
        return run(words, COMMAND_SECONDS_MAX, text=text, environment=self._environment)

    @property
    def _environment(self):
        return {name: str(self.place) for name in ("OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR", "OVS_SYSCONFDIR")}

    def _start(self):
        self._run("ovsdb-tool", "create", self.place / "conf.db", SCHEMA)
        self._launch("ovsdb-server", self.place / "conf.db", f"--remote=punix:{self.place}/db.sock", f"--unixctl={self.place}/db.ctl")
        self._wait_until((self.place / "db.sock").exists, "ovsdb-server does not listen")
        self.vsctl("--no-wait", "init")
        setting = self.setting
        self.vsctl(
            "--no-wait", "set", "Open_vSwitch", ".", "other_config:dpdk-init=true",
            f"other_config:dpdk-extra=\"{' '.join(setting.ovs_memory(len(self.streams.pairs)))}\"",
            f"other_config:dpdk-lcore-mask={1 << setting.other_cores[0]:#x}", f"other_config:pmd-cpu-mask={1 << setting.core:#x}",
            f"other_config:flow-limit={FLOWS_MAX}", f"other_config:max-idle={IDLE_MILLISECONDS}")
        # A namespace without a name: it goes with the daemon, whatever ends this.
        self._launch("unshare", "--net", DAEMON, f"unix:{self.place}/db.sock", f"--unixctl={self.place}/vs.ctl")
        self._wait_until(self._is_up, "ovs-vswitchd does not bring DPDK up")
        # The kernel would send packets of its own over IPv6 on what is set up here.
        self.in_namespace("sh", "-c", f"[ ! -e {NO_IPV6} ] || echo 1 > {NO_IPV6}")
        prefer(self.daemon.pid)
        self.control = Control(self.place / "vs.ctl")

    def _launch(self, *command):
        cores = ",".join(map(str, self.setting.other_cores))
        with open(self.place / "log", "a", encoding="utf-8") as log:
            self.programs.append(Program(["taskset", "-c", cores, *command], log, self._environment))

    def _is_up(self):
        return "DPDK Enabled - initialized" in self._log() and (self.place / "vs.ctl").exists()

    def _log(self):
        return (self.place / "log").read_text(errors="replace")

    def _wait_until(self, condition, otherwise):
        deadline = time.monotonic() + START_SECONDS_MAX
        while not condition():
            if not self.programs[-1].is_running or time.monotonic() > deadline:
                raise BenchError(f"Open vSwitch: {otherwise}: {self._complaint()}")
            time.sleep(0.05)

    def _complaint(self):
        lines = [line for line in self._log().splitlines() if any(word in line for word in ("|ERR|", "|EMER|", "|WARN|"))]
        return last_line("\n".join(lines)) or "its log has no error"

    def _add_bridges(self):
        streams, fail_mode = self.streams, "secure" if self.mode == "static" else "standalone"
        self.vsctl(
            "add-br", "br-underlay", "--", "set", "bridge", "br-underlay", "datapath_type=netdev", f"fail-mode={fail_mode}",
            f"other_config:hwaddr=\"{mac_text(streams.gateway_mac)}\"",
            "--", "add-br", "br-access", "--", "set", "bridge", "br-access", "datapath_type=netdev", f"fail-mode={fail_mode}",
            "other_config:mac-table-size=1000000", "other_config:mac-aging-time=3600")
        self.in_namespace("ip", "address", "add", f"{address_text(streams.gateway_address)}/24", "dev", "br-underlay")
        self.in_namespace("ip", "link", "set", "br-underlay", "up")
        for address, mac in streams.vteps.items():
            self.control.call("tnl/neigh/set", "br-underlay", address_text(address), mac_text(mac))
        self.vsctl(*ovs_rules.tunnel_ports(streams, self.mode)[1:])

    def _add_port(self, name, device, mtu):
        self.vsctl("add-port", f"br-{name}", name, "--", "set", "interface", name, "type=dpdk", "ofport_request=1", f"mtu_request={mtu}",
                   f"options:dpdk-devargs=\"{device}\"")
        error = self.vsctl("get", "interface", name, "error").strip()
        if error != "[]":
            raise BenchError(f"Open vSwitch cannot use {device}: {error}")

    def _add_flows(self, bridge, flows):
        """Over several connections: ovs-vswitchd takes few messages of each in a round of its main loop."""
        shares = [flows[index::CONNECTIONS] for index in range(min(CONNECTIONS, len(flows)))]
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(lambda share: self._run(
                "ovs-ofctl", "-O", "OpenFlow13", "add-flows", f"unix:{self.place}/{bridge}.mgmt", "-", text="".join(share)), shares))
