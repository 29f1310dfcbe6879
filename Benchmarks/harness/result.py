"""The result of a run: one JSON document in Benchmarks/results."""

import json
from datetime import datetime, timezone

from .process import BenchError

VERSION = 1


def write(root, document):
    directory = root / "Benchmarks/results"
    directory.mkdir(exist_ok=True)
    return keep(document, directory / f"{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}.json")


def keep(document, path):
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


def peer_rows(document):
    """The comparisons with peers: none where that stage failed as a whole."""
    rows = document.get("peers")
    return rows if isinstance(rows, list) else []


def skipped(document):
    """[(what, reason)] of everything that was not measured."""
    found = []
    for row in peer_rows(document):
        found += [(f"{row['direction']}, {row['macs']} MACs: {name}", reason) for name, reason in row["skipped"].items()]
    matrix = document.get("matrix") or {}
    found += [(key, row["skipped"]) for key, row in matrix.items() if key != "skipped" and "skipped" in row]
    forwarders = (document.get("latency") or {}).get("forwarders") or {}
    found += [(f"latency of {name}", row["skipped"]) for name, row in forwarders.items() if "skipped" in row]
    for name in ("verify", "peers", "matrix", "micro", "latency", "hot_path"):
        if "skipped" in (document.get(name) or {}):
            found.append((name, document[name]["skipped"]))
    return found
