"""The bar: what Viaduct must reach and aims at, row by row, against what was measured."""

from dataclasses import dataclass
from statistics import median

from . import micro, result
from .figures import median_ratio, spread

MISSED, MET, AIM_MET, REPORTED, UNKNOWN = "missed", "met", "aim met", "reported", "not measured"
DIRECTIONS = ("encap", "decap")


@dataclass(frozen=True)
class Row:
    """``must`` and ``aim`` hold one limit for all values or one for each. ``least``: larger is better."""

    text: str
    must: tuple
    aim: tuple
    # What finds the values: result document -> [(label, value)]; a value of None was not measured.
    find: object
    least: bool = False
    unit: str = ""
    digits: int = 0


def verdict(value, must, aim, least):
    if value is None:
        return UNKNOWN
    if must is None:
        return REPORTED
    good = (lambda limit: value >= limit) if least else (lambda limit: value <= limit)
    return AIM_MET if good(aim) else MET if good(must) else MISSED


ORDER = [MISSED, UNKNOWN, MET, REPORTED, AIM_MET]


def judge(row, document):
    """The row for the result document and the table: values with a verdict each, and the worst of these."""
    values = []
    for index, (label, value) in enumerate(row.find(document)):
        must, aim = limit(row.must, index), limit(row.aim, index)
        values.append({"label": label, "value": value, "verdict": verdict(value, must, aim, row.least)})
    return {
        "row": row.text, "must": wanted(row, row.must), "aim": wanted(row, row.aim), "measured": measured(row, values), "values": values,
        "verdict": min((value["verdict"] for value in values), key=ORDER.index, default=UNKNOWN),
    }


def limit(limits, index):
    return limits[min(index, len(limits) - 1)]


def wanted(row, limits):
    if limits[0] is None:
        return "reported"
    sign = ">=" if row.least else "<="
    return f"{sign} {' / '.join(f'{value:g}' for value in limits)}{row.unit}"


def measured(row, values):
    return " / ".join("?" if value["value"] is None else f"{value['value']:.{row.digits}f}" for value in values) + row.unit


# What finds values in the result document.


def peer(document, direction, macs):
    return next((row for row in result.peer_rows(document) if row["direction"] == direction and row["macs"] == macs), {"candidates": {}})


def own_beside_peers(macs, directions=DIRECTIONS):
    return lambda document: [
        (direction, value(peer(document, direction, macs)["candidates"].get("viaduct"), "own", "median")) for direction in directions]


def ahead_of_open_vswitch(macs):
    """Against the better of Open vSwitch's two set-ups."""
    def find(document):
        found = []
        for direction in DIRECTIONS:
            candidates = peer(document, direction, macs)["candidates"]
            ratios = [figures["viaduct_ahead"] for name, figures in candidates.items() if name.startswith("Open vSwitch")]
            found.append((direction, min((ratio for ratio in ratios if ratio), default=None)))
        return found
    return find


def matrix(document, key):
    return (document.get("matrix") or {}).get(key) or {}


def own(*keys):
    return lambda document: [(key, value(matrix(document, key), "own", "median")) for key in keys]


def field(keys, *path):
    return lambda document: [(key, value(matrix(document, key), *path)) for key in keys]


def rate_ratio(name, reference):
    """Packets a second of one configuration against another that took turns with it, in both directions."""
    return ratio([name], reference, lambda run, other: (other["gateway"], run["gateway"]))


def own_ratio(names, reference, directions=DIRECTIONS):
    return ratio(names, reference, lambda run, other: (run["own"], other["own"]), directions)


def ratio(names, reference, parts, directions=DIRECTIONS):
    def find(document):
        found = []
        for name in names:
            for direction in directions:
                split = [parts(run, other) for run, other in calm_rounds(document, f"{direction} {name}", f"{direction} {reference}")]
                found.append((f"{direction} {name}", median_ratio([a for a, _ in split], [b for _, b in split])))
        return found
    return find


def checksum_costs(document):
    """Own cycles that each byte of a frame adds where UDP checksums are computed and verified in software: the longest against the smallest."""
    found = []
    for underlay in ("ipv4-checksum", "ipv6-checksum"):
        for direction in DIRECTIONS:
            long, short = (f"{direction} {underlay} {size}" for size in (1518, 64))
            growth = [of_long["own"] - of_short["own"] for of_long, of_short in calm_rounds(document, long, short)]
            found.append((f"{direction} {underlay}", median(growth) / (1518 - 64) if growth else None))
    return found


def calm_rounds(document, *keys):
    """The rounds in which each configuration had its core to itself, or all when there is none."""
    rounds = list(zip(*(matrix(document, key).get("runs", []) for key in keys)))
    return [runs for runs in rounds if not any(run["disturbed"] for run in runs)] or rounds


def lookups(document):
    ratios = micro.lookup_ratios(document.get("micro") or {})
    return [(f"{entries} entries", ratios.get(entries)) for entries in (1000, 100_000, 1_000_000)]


def new_macs(document):
    rate = value(matrix(document, "learn"), "macs_per_second")
    return [("learn", rate / 1e6 if rate else None)]


def latency(document):
    """p99 against testpmd's on the same ports, at each load."""
    return [(f"{load} % of NDR", value(document.get("latency") or {}, "ratios", f"{load}", "p99")) for load in (10, 90)]


def hot_path(document):
    return [("findings", value(document.get("hot_path") or {}, "findings"))]


def value(figures, *path):
    """What is at a path of keys, or None; a spread stands for its median."""
    for key in path:
        figures = figures.get(key) if isinstance(figures, dict) else None
    return figures.get("median") if isinstance(figures, dict) else figures


ROWS = [
    Row("encapsulation, 1000 MACs, own cycles per packet", (85,), (50,), own_beside_peers(1000, ("encap",))),
    Row("decapsulation, 1000 MACs, own cycles per packet", (85,), (50,), own_beside_peers(1000, ("decap",))),
    Row("both, 100,000 MACs in 1 network, own cycles", (150,), (90,), own("encap 100000x1", "decap 100000x1")),
    Row("both, 100,000 MACs over 100 networks, own cycles", (165,), (100,), own_beside_peers(100_000)),
    Row("packets/s against Open vSwitch, 1000 MACs", (2.2, 3), (3.3, 4.5), ahead_of_open_vswitch(1000), least=True, unit="x", digits=2),
    Row("packets/s against Open vSwitch, 100,000 MACs", (6, 5), (9, 8), ahead_of_open_vswitch(100_000), least=True, unit="x", digits=1),
    Row("packets/s, 1 million MACs against 100,000", (0.7,), (0.85,), rate_ratio("synthetic 1000000x1", "synthetic 100000x1"), least=True,
        digits=2),
    Row("packets/s, 4000 networks x 25 MACs against 1 x 100,000", (0.9,), (1.0,), rate_ratio("synthetic 100000x4000", "synthetic 100000x1"),
        least=True, digits=2),
    Row("IMIX and 1518-byte frames against 64, own cycles", (1.15,), (1.0,), own_ratio(["imix", "1518"], "64"), unit="x", digits=2),
    Row("IPv6 encapsulation with zero checksum against IPv4, own cycles", (1.1,), (1.0,), own_ratio(["ipv6"], "ipv4", ("encap",)), unit="x",
        digits=2),
    Row("IPv6 decapsulation with zero checksum against IPv4, own cycles", (1.1,), (1.0,), own_ratio(["ipv6"], "ipv4", ("decap",)), unit="x",
        digits=2),
    Row("UDP checksum in software over IPv4 / IPv6, cycles per byte", (None,), (None,), checksum_costs, digits=3),
    Row("2 workers against 1, packets/s", (1.8,), (1.95,), field(["encap 2 workers", "decap 2 workers"], "ratio"), least=True, unit="x",
        digits=2),
    Row("replication to 8 and 64 VTEPs, own cycles per copy", (90,), (50,), field(["replicate 8", "replicate 64"], "copies")),
    Row("learning, million new MACs a second and worker", (5,), (15,), new_macs, least=True, digits=1),
    Row("MAC lookup against rte_hash, 1000 / 100,000 / 1 million", (0.5,), (0.27,), lookups, unit="x", digits=2),
    Row("latency p99 against testpmd mac at 10 % / 90 % of NDR", (None,), (1.5,), latency, unit="x", digits=2),
    Row("retain, release, allocation, lock, system call per packet", (0,), (0,), hot_path),
    Row("memory, 1 million MACs and 4000 networks, MiB", (256,), (96,), field(["memory"], "memory_mib")),
]


def judge_all(document):
    return [judge(row, document) for row in ROWS]

