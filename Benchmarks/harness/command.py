"""The command line of Benchmarks/run and the order of a run."""

import argparse
import os
import sys
from datetime import datetime, timezone
from pathlib import Path

from . import bar, hot_path, hugepages, latency, machine, matrix, micro, peers, result, verify, viaduct
from .core import prefer
from .process import BenchError
from .progress import Progress, clock
from .setting import Setting

ROOT = Path(__file__).resolve().parent.parent.parent
# What all candidates of a row take together with 100,000 frames each, and with 1000.
HUGEPAGES_MIB, HUGEPAGES_QUICK_MIB = 2000, 900
# Stage -> what it takes, in seconds: of a whole run and of a quick one.
STAGES = {
    "verify": (15, 15), "peers": (240, 40), "matrix": (210, 30), "micro": (25, 6), "latency": (90, 25), "hot path": (5, 5),
}

EPILOG = """\
The result is one JSON file in Benchmarks/results. docs/PERFORMANCE.md tells how to read the figures. Exit status: 0 measured, 1 something could
not be measured, 64 wrong usage."""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.print_usage(sys.stderr)
        self.exit(64, f"Benchmarks/run: {message}\n")


def parse(arguments):
    parser = Parser(
        prog="Benchmarks/run", description="Measure the gateway beside its peers on this machine, and say where it stands against the bar.",
        epilog=EPILOG)
    parser.add_argument("--quick", action="store_true", help="under two minutes: fewer and shorter windows, peers with 1000 MACs only")
    parser.add_argument("--only", metavar="STAGE", action="append", choices=list(STAGES), help=f"one of {', '.join(STAGES)}; may be repeated")
    parser.add_argument("--rounds", type=int, metavar="N", help="how often all candidates take turns (default 5; quick 2)")
    parser.add_argument("--core", type=int, metavar="N", help="core to measure on (default: the second)")
    parser.add_argument("--binaries", type=Path, metavar="DIR", default=ROOT / ".build/release", help="where viaduct-bench and the other tools are")
    parser.add_argument("--pictures", type=Path, metavar="RESULT", help="draw docs/pictures/*.svg from a result; measure nothing")
    parser.add_argument("--show", type=Path, metavar="RESULT", help="print the tables of a result again; measure nothing")
    options = parser.parse_args(arguments)
    if options.rounds is not None and options.rounds < 1:
        parser.error("--rounds must be at least 1")
    return options


def main(arguments):
    options = parse(arguments)
    try:
        if options.pictures:
            from . import pictures
            return pictures.draw_all(result.read(options.pictures), ROOT / "docs/pictures")
        if options.show:
            return show(result.read(options.show))
        return measure(options)
    except BenchError as error:
        print(f"Benchmarks/run: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def measure(options):
    reason = viaduct.missing(Setting(0, [], False, 0, 0, False, options.binaries))
    if reason:
        raise BenchError(f"{reason} in {options.binaries}")
    setting = choose_setting(options)
    prefer("self")
    described = machine.describe()
    wanted = options.only or list(STAGES)
    progress = Progress([(stage, STAGES[stage][options.quick]) for stage in STAGES if stage in wanted])
    print(machine.summary(described, setting, None), flush=True)
    if not setting.hugepages:
        print(f"no {HUGEPAGES_MIB} MiB of hugepages to be had: every candidate runs on 4 KiB pages", flush=True)
    document = {
        "version": result.VERSION, "time": datetime.now(timezone.utc).isoformat(timespec="seconds"), "quick": setting.quick,
        "machine": described, "core": setting.core, "hugepages": setting.hugepages, "rounds": setting.rounds, "window_seconds": setting.seconds,
    }
    stages = {
        "verify": lambda: verify.verify_peers(setting, progress), "peers": lambda: peers.compare(setting, progress),
        "matrix": lambda: matrix.measure(setting, progress), "micro": lambda: micro.measure(ROOT, setting, progress),
        "latency": lambda: latency.measure(setting, progress), "hot path": lambda: hot_path.measure(ROOT, setting, progress),
    }
    for stage in STAGES:
        if stage in wanted:
            progress.enter(stage)
            document[stage.replace(" ", "_")] = stages[stage]()
    progress.clear()
    document["seconds"] = round(progress.elapsed)
    document["bar"] = bar.judge_all(document)
    path = result.write(ROOT, document)
    status = show(document)
    print(f"\n{path.relative_to(ROOT)}, {clock(progress.elapsed)} minutes")
    return status


def choose_setting(options):
    cores = sorted(os.sched_getaffinity(0))
    core = options.core if options.core is not None else cores[min(1, len(cores) - 1)]
    others = [number for number in range(os.cpu_count()) if number != core and (number in cores or len(cores) == 1)]
    if not others or core >= os.cpu_count():
        raise BenchError(f"core {core} is to be measured, and one more is needed: this machine has {os.cpu_count()}")
    pages = hugepages.reserve(HUGEPAGES_QUICK_MIB if options.quick else HUGEPAGES_MIB)
    seconds, rounds = (0.3, 2) if options.quick else (0.6, 5)
    return Setting(core, others, pages, seconds, options.rounds or rounds, options.quick, options.binaries.resolve())


def show(document):
    """Every table; 1 when something was not measured."""
    for name, print_table in (("peers", result.peers_table), ("matrix", result.matrix_table)):
        if document.get(name):
            print(f"\n{print_table(document)}")
    print(f"\n{result.bar_table(document)}")
    skipped = result.skipped(document)
    for what, reason in skipped:
        print(f"not measured: {what}: {reason}")
    return 1 if skipped else 0
