"""Latency that a forwarder adds, by the packet generator on the other end of two vhost-user ports: the gateway's, and testpmd's for
comparison, each at shares of its own highest rate without loss."""

import json
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from . import testpmd, viaduct
from .core import prefer
from .process import BenchError, Program, last_line, run

LOADS = (10, 90)
PERCENTILES = ("p50", "p99", "p99_9")
# What the highest rate may lose. The second is for machines on which no rate is without loss.
GOALS = {"ndr": "without loss", "pdr": "with 0.5 % loss"}
START_SECONDS_MAX = 30
FLOWS = 1000

CONFIGURATION = """\
system: {{ cores: [{core}], memory: 256, hugepages: {hugepages}, idle: poll, socket: {place}/viaduct.sock }}
ports:
  - {{ name: lan0, device: "net_vhost0,iface={place}/access.sock", role: access, mtu: 1500 }}
  - {{ name: wan0, device: "net_vhost1,iface={place}/underlay.sock", role: underlay, mtu: 1600, addresses: [192.0.2.1/24] }}
networks:
  - {{ name: bench, vni: 10100, members: [{{ port: lan0, vlan: 100 }}], remotes: [192.0.2.2] }}
"""


def measure(setting, progress):
    """{"forwarders": {name: {"goal", "highest_mpps", "loads": {"10": {"p50", ...}}}}, "ratios": to testpmd's}, or {"skipped": reason}."""
    reason = viaduct.missing(setting, "viaduct-pktgen") or viaduct.missing(setting, "viaduct") or testpmd.missing()
    if reason:
        return {"skipped": reason}
    forwarders = {}
    for name, start, words in (("testpmd io", start_testpmd("io"), ["--plain"]), ("testpmd mac", start_testpmd("mac"), ["--plain"]),
                               ("viaduct", start_viaduct, [])):
        try:
            forwarders[name] = through(name, start, words, setting, progress)
        except BenchError as error:
            forwarders[name] = {"skipped": str(error)}
            progress.remark(f"latency of {name}: not measured: {error}")
    return {"forwarders": forwarders, "ratios": ratios(forwarders)}


def through(name, start, words, setting, progress):
    """One forwarder: its highest rate without loss, then its latency at shares of that."""
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="viaduct-bench-")))
        program = start(place, setting)
        stack.callback(program.end)
        wait_for([place / "access.sock", place / "underlay.sock"], program, place)
        prefer(program.pid)
        goal, rate = highest_rate(name, place, words, setting, progress)
        loads = {}
        for load in LOADS:
            progress.step(f"{name}: latency at {load} % of {rate:.2f} Mpps")
            repeats, duration = (1, 1) if setting.quick else (3, 2)
            sent = [*words, "--rate", f"{rate * load / 100:.4f}Mpps", "--duration", duration]
            loads[str(load)] = middle([merged(generate(place, setting, sent)) for _ in range(repeats)])
        return {"goal": goal, "highest_mpps": rate, "loads": loads}


def highest_rate(name, place, words, setting, progress):
    """(goal, Mpps in each direction): without loss, or with 0.5 % lost where the machine is too noisy for none."""
    trial, trials = (0.3, 6) if setting.quick else (1.0, 8)
    for goal, meaning in GOALS.items():
        progress.step(f"{name}: searching the highest rate {meaning}")
        report = generate(place, setting, [*words, "--search", goal, "--trial-duration", trial, "--resolution", 3, "--max-trials", trials])
        rate = report["search"][goal].get("mpps")
        if rate:
            return goal, rate
    raise BenchError("it loses more than 0.5 % of the packets at any rate: is the machine busy?")


def rate_name(forwarders):
    """What the loads are shares of, in words; no loss is named where the forwarders have not all reached the same goal."""
    goals = {found["goal"] for found in forwarders.values() if found.get("loads")}
    return f"highest rate {GOALS[goals.pop()]}" if len(goals) == 1 else "highest rate"


def start_viaduct(place, setting):
    configuration = place / "gateway.yaml"
    configuration.write_text(CONFIGURATION.format(core=setting.core, place=place, hugepages="required" if setting.hugepages else "off"))
    with open(place / "log", "w", encoding="utf-8") as log:
        return Program([setting.binary("viaduct"), "run", "--config", configuration], log)


def start_testpmd(mode):
    def start(place, setting):
        command = [
            "dpdk-testpmd", setting.lcores, "--no-pci", "--no-telemetry", *setting.eal_memory(0),
            "--vdev", f"net_vhost0,iface={place}/access.sock", "--vdev", f"net_vhost1,iface={place}/underlay.sock",
            "--", "--total-num-mbufs=16384", "--nb-cores=1", f"--forward-mode={mode}", "--auto-start", "--stats-period=600"]
        with open(place / "log", "w", encoding="utf-8") as log:
            return Program(command, log)
    return start


def generate(place, setting, words):
    """One run of the packet generator: its report."""
    command = [
        setting.binary("viaduct-pktgen"), "--access", f"net_virtio_user0,path={place}/access.sock",
        "--underlay", f"net_virtio_user1,path={place}/underlay.sock", "--core", setting.other_cores[0], "--flows", FLOWS, "--vlans", 100,
        "--json", "--quiet", *words]
    try:
        return json.loads(run(command, 120))
    except ValueError:
        raise BenchError("viaduct-pktgen did not print JSON") from None


def merged(report):
    """Percentiles of both directions, the slower one counts, in microseconds."""
    found = [direction["latency_ns"] for direction in report["directions"] if direction.get("latency_ns")]
    if not found:
        raise BenchError("no packet came back")
    return {name: round(max(latency[name] for latency in found) / 1000, 2) for name in PERCENTILES}


def middle(runs):
    return {name: median(run[name] for run in runs) for name in PERCENTILES}


def ratios(forwarders):
    """{load: {percentile: of testpmd mac's, which touches packets as well}}."""
    ours, theirs = (forwarders.get(name, {}).get("loads", {}) for name in ("viaduct", "testpmd mac"))
    if not theirs:
        theirs = forwarders.get("testpmd io", {}).get("loads", {})
    return {
        load: {name: round(ours[load][name] / theirs[load][name], 2) for name in PERCENTILES if theirs[load][name]}
        for load in ours if load in theirs
    }


def wait_for(sockets, program, place):
    deadline = time.monotonic() + START_SECONDS_MAX
    while not all(socket.exists() for socket in sockets):
        if not program.is_running or time.monotonic() > deadline:
            raise BenchError(f"{program.name} did not open its ports: {last_line((place / 'log').read_text(errors='replace'))}")
        time.sleep(0.05)
