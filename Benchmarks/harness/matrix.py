"""Viaduct over sizes of tables and frames, workers and copies. The configurations of a group are compared with each other, so they take
turns."""

from . import viaduct
from .figures import spread
from .process import BenchError

DIRECTIONS = ("encap", "decap")
SYNTHETIC = {"source": "synthetic"}


def both(name, **options):
    """One configuration in both directions: [(key, options)]."""
    return [(f"{direction} {name}", {"direction": direction, **options}) for direction in DIRECTIONS]


# Outer UDP checksums in software cost with every byte: the longest frames tell how much, beside the smallest.
CHECKSUMS = [
    configuration for underlay in ("ipv4-checksum", "ipv6-checksum") for size in ("64", "1518")
    for configuration in both(f"{underlay} {size}", underlay=underlay, size=size, **SYNTHETIC)]

# Group -> [(key of the configuration, options of viaduct-bench)].
GROUPS = {
    "100,000 MACs in 1 network": both("100000x1", macs=100_000, networks=1),
    "growth": [
        *both("synthetic 100000x1", macs=100_000, networks=1, **SYNTHETIC),
        *both("synthetic 1000000x1", macs=1_000_000, networks=1, **SYNTHETIC),
        *both("synthetic 100000x4000", macs=100_000, networks=4000, **SYNTHETIC),
    ],
    # net_pcap copies the payload, which pushes tables out of the caches: the device's doing, not the gateway's.
    "frame sizes": [
        *both("64", size="64", **SYNTHETIC), *both("imix", size="imix", **SYNTHETIC), *both("1518", size="1518", **SYNTHETIC),
    ],
    # The same but for the underlay, checksums zero; a quick run leaves the others out.
    "underlays": [*both("ipv4", underlay="ipv4", **SYNTHETIC), *both("ipv6", underlay="ipv6", **SYNTHETIC), *CHECKSUMS],
}
# Groups that take fewer rounds than others: the most.
ROUNDS_MAX = {"underlays": 4}
# Measured in one run each, which does its own alternating.
SINGLE = {
    **dict(both("2 workers", workers=2)),
    "replicate 8": {"direction": "replicate", "copies": 8},
    "replicate 64": {"direction": "replicate", "copies": 64},
    "learn": {"direction": "learn"},
}
# How the own cycles grow with MACs, for the picture.
CURVE = [10, 100, 1000, 10_000, 100_000, 1_000_000]


def measure(setting, progress):
    """{key: {"own", "gateway", "megapackets_per_second", "runs": [...]} or {"skipped": reason}}."""
    results = {}
    for group, configurations in GROUPS.items():
        wanted = [configuration for configuration in configurations if not setting.quick or configuration not in CHECKSUMS]
        alternate(setting, progress, group, wanted, min(setting.rounds, ROUNDS_MAX.get(group, setting.rounds)), results)
    for key, options in SINGLE.items():
        progress.step(key)
        results[key] = single(setting, options, setting.rounds)
    if not setting.quick:
        curve = [configuration for macs in CURVE for configuration in both(f"curve {macs}", macs=macs, networks=1, **SYNTHETIC)]
        alternate(setting, progress, "growth curve", curve, 2, results)
    progress.step("memory of the tables")
    results["memory"] = single(setting, {"memory": True}, 1)
    return results


def alternate(setting, progress, group, configurations, rounds, results):
    runs = {key: [] for key, _ in configurations}
    failed = {}
    for number in range(rounds):
        for key, options in configurations:
            if key in failed:
                continue
            progress.step(f"{group}: round {number + 1} of {rounds}, {key}")
            try:
                runs[key].append(viaduct.bench(setting, options))
            except BenchError as error:
                failed[key] = str(error)
                progress.remark(f"{key}: not measured: {error}")
    for key, reports in runs.items():
        results[key] = {"skipped": failed[key]} if key in failed else combined(reports)


def combined(reports):
    """Medians over the runs that had their core to themselves, or over all when none had."""
    calm = [report for report in reports if not report.get("disturbed")] or reports
    return {
        **{name: spread([report[name]["median"] for report in calm]) for name in ("devices", "gateway", "own")},
        "megapackets_per_second": spread([report["megapackets_per_second"] for report in calm]),
        "runs": [
            {"own": report["own"]["median"], "gateway": report["gateway"]["median"], "disturbed": bool(report.get("disturbed"))}
            for report in reports],
        "disturbed": all(report.get("disturbed") for report in reports),
        **{name: reports[0].get(name) for name in ("macs", "networks", "frame_bytes")},
    }


def single(setting, options, repeats):
    try:
        return viaduct.bench(setting, options, repeats=repeats)
    except BenchError as error:
        return {"skipped": str(error)}
