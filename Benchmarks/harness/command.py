"""The command line of Benchmarks/run and the order of a run."""

import argparse
import os
import sys
from datetime import datetime, timezone
from pathlib import Path

from . import bar, hot_path, hugepages, latency, machine, matrix, micro, peers, result, tables, verify, viaduct
from .core import prefer
from .process import BenchError
from .progress import Progress, clock
from .setting import Setting

ROOT = Path(__file__).resolve().parent.parent.parent
PICTURES = ROOT / "docs/pictures"
BINARIES = ROOT / ".build/release"
# What all candidates of a row take together with 100,000 frames each, and with 1000.
HUGEPAGES_MIB, HUGEPAGES_QUICK_MIB = 2000, 900
# Stage -> what it takes, in seconds: of a whole run and of a quick one.
STAGES = {
    "verify": (12, 12), "peers": (195, 35), "matrix": (340, 30), "micro": (18, 7), "latency": (95, 25), "hot path": (4, 4),
}

TABLES = {
    "verify": tables.verified, "peers": tables.peers, "matrix": tables.matrix, "micro": tables.micro, "latency": tables.latency,
}

EPILOG = """\
The result is one JSON file in Benchmarks/results. docs/PERFORMANCE.md tells how to read the figures. Exit status: 0 measured, 1 something
could not be measured, 64 wrong usage."""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.print_usage(sys.stderr)
        self.exit(64, f"Benchmarks/run: {message}\n")


def parse(arguments):
    parser = Parser(
        prog="Benchmarks/run", description="Measure the gateway beside its peers on this machine, and say where it stands against the bar.",
        epilog=EPILOG)
    parser.add_argument("--quick", action="store_true", help="under two minutes: fewer and shorter windows, peers with 1000 MACs only")
    parser.add_argument(
        "--only", metavar="STAGE", action="append", choices=list(STAGES), help=f"{', '.join(STAGES)}; may be repeated")
    parser.add_argument("--rounds", type=int, metavar="N", help="how often all candidates take turns (default 5; quick 1)")
    parser.add_argument("--core", type=int, metavar="N", help="core to measure on (default: the second)")
    parser.add_argument("--no-hugepages", action="store_true", help="4 KiB pages for every candidate")
    parser.add_argument("--binaries", type=Path, metavar="DIR", default=BINARIES, help="where the tools are (default .build/release)")
    parser.add_argument(
        "--pictures", type=Path, metavar="RESULT", help="draw a result into docs/pictures and keep it there; measure nothing")
    parser.add_argument("--show", type=Path, metavar="RESULT", help="print the tables of a result again; measure nothing")
    options = parser.parse_args(arguments)
    if options.rounds is not None and options.rounds < 1:
        parser.error("--rounds must be at least 1")
    return options


def main(arguments):
    options = parse(arguments)
    try:
        if options.pictures:
            return draw(options.pictures)
        if options.show:
            document = result.read(options.show)
            print(machine.summary(document))
            return show(document)
        return measure(options)
    except BenchError as error:
        print(f"Benchmarks/run: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def draw(path):
    """Pictures and the result that they show belong together: both go into docs/pictures."""
    from . import pictures
    document = result.read(path)
    status = pictures.draw_all(document, PICTURES)
    result.keep(document, PICTURES / "bench.json")
    return status


def measure(options):
    """A whole run: measures, writes the result, shows it."""
    prefer("self")
    document, setting = begin(options)
    wanted = options.only or list(STAGES)
    progress = Progress([(stage, STAGES[stage][options.quick]) for stage in STAGES if stage in wanted])
    stages = {
        "verify": lambda: verify.verify_peers(setting, progress), "peers": lambda: peers.compare(setting, progress),
        "matrix": lambda: matrix.measure(setting, progress), "micro": lambda: micro.measure(ROOT, setting, progress),
        "latency": lambda: latency.measure(setting, progress), "hot path": lambda: hot_path.measure(ROOT, setting, progress),
    }
    for stage in STAGES:
        if stage in wanted:
            progress.enter(stage)
            document[stage.replace(" ", "_")] = attempt(stages[stage], progress)
    progress.clear()
    document["seconds"] = round(progress.elapsed)
    document["load_after"] = machine.load()
    document["bar"] = bar.judge_all(document)
    path = result.write(ROOT, document)
    status = show(document)
    print(f"\n{path.relative_to(ROOT)}, after {clock(progress.elapsed)} minutes")
    return status


def attempt(stage, progress):
    """What a stage has measured; one that fails as a whole is named, and the next one follows."""
    try:
        return stage()
    except BenchError as error:
        progress.remark(f"{progress.stage}: not measured: {error}")
        return {"skipped": str(error)}


def begin(options):
    """The head of the result document, and the setting; what is measured is said at once."""
    setting = choose_setting(options)
    reason = viaduct.missing(setting)
    if reason:
        raise BenchError(f"{reason} in {options.binaries}")
    document = {
        "version": result.VERSION, "time": datetime.now(timezone.utc).isoformat(timespec="seconds"), "quick": setting.quick,
        "machine": machine.describe(), "core": setting.core, "hugepages": setting.hugepages, "rounds": setting.rounds,
        "window_seconds": setting.seconds, "load_before": machine.load(),
    }
    print(machine.summary(document), flush=True)
    if not setting.hugepages and not options.no_hugepages:
        print("there are not enough hugepages, and none can be reserved: run this as root, or reserve some (sysctl vm.nr_hugepages)", flush=True)
    return document, setting


def choose_setting(options):
    cores = sorted(os.sched_getaffinity(0))
    core = cores[min(1, len(cores) - 1)] if options.core is None else options.core
    others = [number for number in cores if number != core]
    if core not in cores or not others:
        raise BenchError(f"core {core} is to be measured, and one more is needed: this process may use {', '.join(map(str, cores))}")
    pages = not options.no_hugepages and hugepages.reserve(HUGEPAGES_QUICK_MIB if options.quick else HUGEPAGES_MIB)
    seconds, rounds = (0.2, 1) if options.quick else (0.5, 5)
    return Setting(core, others, pages, seconds, options.rounds or rounds, options.quick, options.binaries.resolve())


def show(document):
    """Every table; 1 when something was not measured."""
    for name, words in TABLES.items():
        if document.get(name) and "skipped" not in document[name]:
            print(f"\n{words(document)}")
    print(f"\n{tables.the_bar(document)}")
    skipped = result.skipped(document)
    for what, reason in skipped:
        print(f"not measured: {what}: {reason}")
    return 1 if skipped else 0
