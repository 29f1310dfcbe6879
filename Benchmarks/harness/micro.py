"""viaduct-microbench: tables against their library equivalents, stages of the worker in cycles and instructions."""

import json

from . import viaduct
from .process import BenchError, run

SECONDS_MAX = 240
# Of each benchmark and number of entries.
SECONDS_EACH, SECONDS_EACH_QUICK = 1.0, 0.2


def measure(root, setting, progress):
    """{"results": [...]} as viaduct-microbench tells it, or {"skipped": reason}."""
    reason = viaduct.missing(setting, "viaduct-microbench")
    if reason:
        return {"skipped": reason}
    progress.step("tables and stages")
    seconds = SECONDS_EACH_QUICK if setting.quick else SECONDS_EACH
    words = [setting.binary("viaduct-microbench"), "--json", "--core", setting.core, "--seconds", seconds]
    words += ["--hugepages"] if setting.hugepages else []
    counted = root / "Tests/HotPath/instructions.json"
    words += ["--instructions", counted] if counted.exists() else []
    try:
        return json.loads(run(words, SECONDS_MAX))
    except ValueError:
        return {"skipped": "viaduct-microbench did not print JSON"}
    except BenchError as error:
        return {"skipped": str(error)}


def lookup_ratios(micro):
    """Entries -> cycles of our MAC table as a share of rte_hash's."""
    rows = [row for row in micro.get("results", []) if row["name"] == "mac_lookup"]
    cycles = {(row["variant"], row["entries"]): row["cycles_median"] for row in rows}
    return {
        entries: round(value / cycles["rte_hash", entries], 3) for (variant, entries), value in sorted(cycles.items(), key=str)
        if variant == "viaduct" and cycles.get(("rte_hash", entries))
    }
