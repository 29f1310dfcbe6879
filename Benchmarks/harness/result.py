"""The result of a run: one JSON document in Benchmarks/results, and the tables for people."""

import json
from datetime import datetime, timezone

from . import bar, table
from .process import BenchError

VERSION = 1


def write(root, document):
    directory = root / "Benchmarks/results"
    directory.mkdir(exist_ok=True)
    path = directory / f"{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(document, indent=1) + "\n")
    return path


def read(path):
    try:
        document = json.loads(path.read_text())
    except OSError as error:
        raise BenchError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise BenchError(f"{path} is not JSON: {error}") from error
    if document.get("version") != VERSION:
        raise BenchError(f"{path} has version {document.get('version')} of the format, not {VERSION}: run the benchmark again")
    return document


def verified(document):
    """What became of the peers' trial."""
    lines = []
    for name, found in document["verify"].items():
        words = found if isinstance(found, str) else "; ".join(f"{direction}: {said}" for direction, said in found.items())
        lines.append(f"{name}: {words}")
    for row in document.get("peers") or []:
        for name, caches in row["open_vswitch_caches"].items():
            lines.append(f"{row['direction']}, {row['macs']:,} MACs, {name}: best with {caches['chosen']}; AVX-512 {caches['avx512']}")
    return "\n".join(lines)


def peers_table(document):
    rows = [("", "MACs", "candidate", "Mpps", "cycles", "least", "most", "own", "viaduct ahead")]
    for result in document["peers"]:
        for name, figures in result["candidates"].items():
            cycles, own = figures["cycles"], figures.get("own")
            rows.append((
                result["direction"], f"{result['macs']:,}", name, number(figures.get("megapackets_per_second"), 2), *(
                    number(cycles[key], 0) for key in ("median", "minimum", "maximum")), number(own and own["median"], 0),
                "" if name in ("viaduct", "devices alone") else number(figures.get("viaduct_ahead"), 2, "x")))
    return table.text(rows, left=3)


def matrix_table(document):
    rows = [("configuration", "Mpps", "cycles", "own")]
    for key, result in document["matrix"].items():
        if "skipped" in result:
            rows.append((key, "-", "-", "-"))
        elif "own" in result:
            rows.append((key, number(bar.value(result, "megapackets_per_second"), 2), number(bar.value(result, "gateway"), 0),
                         number(bar.value(result, "own"), 0)))
    return table.text(rows)


def bar_table(document):
    return table.text(bar.table_rows(document["bar"]))


def skipped(document):
    """[(what, reason)] of everything that was not measured."""
    found = []
    for result in document.get("peers") or []:
        found += [(f"{result['direction']}, {result['macs']} MACs: {name}", reason) for name, reason in result["skipped"].items()]
    found += [(key, result["skipped"]) for key, result in (document.get("matrix") or {}).items() if "skipped" in result]
    for name in ("micro", "latency", "hot_path"):
        if "skipped" in (document.get(name) or {}):
            found.append((name, document[name]["skipped"]))
    return found


def number(value, digits, unit=""):
    return "" if value is None else f"{value:.{digits}f}{unit}"
