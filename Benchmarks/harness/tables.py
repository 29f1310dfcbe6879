"""The tables of a result, for people."""

from . import bar, result, table


def verified(document):
    """What became of the peers' trial, and which of Open vSwitch's options suit it best."""
    lines = []
    for name, found in document["verify"].items():
        words = found if isinstance(found, str) else "; ".join(f"{direction}: {said}" for direction, said in found.items())
        lines.append(f"{name}: {words}")
    for row in result.peer_rows(document):
        for name, caches in row["open_vswitch_caches"].items():
            lines.append(f"{row['direction']}, {row['macs']:,} MACs, {name}: best with {caches['chosen']}; AVX-512 {caches['avx512']}")
    return "\n".join(lines)


def peers(document):
    rows = [("", "MACs", "candidate", "Mpps", "cycles", "least", "most", "own", "viaduct ahead")]
    for row in result.peer_rows(document):
        for name, figures in row["candidates"].items():
            cycles, own = figures["cycles"], figures.get("own")
            ahead = "" if name in ("viaduct", "devices alone") else number(figures.get("viaduct_ahead"), 2, "x")
            rows.append((
                row["direction"], f"{row['macs']:,}", name, number(figures.get("megapackets_per_second"), 2),
                *(number(cycles[key], 0) for key in ("median", "minimum", "maximum")), number(own and own["median"], 0), ahead))
    return table.text(rows, left=3)


def matrix(document):
    rows = [("configuration", "Mpps", "cycles", "own", "own per copy", "core lost")]
    for key, found in document["matrix"].items():
        if "own" in found:
            lost = "always" if found.get("disturbed") else ""
            rows.append((key, number(bar.value(found, "megapackets_per_second"), 2), number(bar.value(found, "gateway"), 0),
                         number(bar.value(found, "own"), 0), number(bar.value(found, "copies"), 0), lost))
    return table.text(rows)


def micro(document):
    """Tables beside rte_hash, then stages."""
    results = document["micro"]["results"]
    cycles = {(row["name"], row["entries"], row["variant"]): row for row in results}
    rows = [("table", "entries", "viaduct", "rte_hash", "ratio")]
    for (name, entries, variant), row in cycles.items():
        other = cycles.get((name, entries, "rte_hash"))
        if variant == "viaduct" and other:
            ratio = row["cycles_median"] / other["cycles_median"]
            rows.append((name, f"{entries:,}", number(row["cycles_median"], 1), number(other["cycles_median"], 1), number(ratio, 2, "x")))
    stages = [("stage", "direction", "pairs", "cycles", "instructions")]
    for (name, entries, variant), row in cycles.items():
        if name.startswith("stage_") or name == "round":
            stages.append((name, variant, f"{entries:,}", number(row["cycles_median"], 1), number(row.get("instructions"), 1)))
    return f"{table.text(rows)}\n\n{table.text(stages, left=2)}"


def latency(document):
    rows = [("latency, microseconds", "Mpps", "load", "p50", "p99", "p99.9")]
    for name, found in document["latency"]["forwarders"].items():
        for load, percentiles in found.get("loads", {}).items():
            rows.append((name, f"{found['highest_mpps']:.2f} {found['goal'].upper()}", f"{load} %",
                         *(number(percentiles[key], 1) for key in ("p50", "p99", "p99_9"))))
    return table.text(rows)


def the_bar(document):
    rows = [("the bar", "must", "aim", "measured", "verdict")]
    rows += [(row["row"], row["must"], row["aim"], row["measured"], row["verdict"]) for row in document["bar"]]
    return table.text(rows)


def number(value, digits, unit=""):
    return "" if value is None else f"{value:.{digits}f}{unit}"
