"""viaduct-bench, which measures the real worker beside its devices alone, and answers in JSON."""

import json

from .process import BenchError, run

# Beside the windows: starting DPDK, filling tables of a million entries, windows repeated for a lost core.
OVERHEAD_SECONDS_MAX = 60
# Runs tried before one that lost its core in every window is taken, and marked.
ATTEMPTS = 2


def missing(setting, name="viaduct-bench"):
    """Why a tool of our own cannot be used, or nothing."""
    return None if setting.binary(name).exists() else f"tool missing: {name} (make builds it)"


def arguments(options):
    """Command line words of {"macs": 1000, ...}; True stands for a flag."""
    words = []
    for name, value in options.items():
        words += [f"--{name}"] if value is True else [f"--{name}", str(value)]
    return words


def bench(setting, options, *, repeats=1, seconds=None):
    """The report of one run, repeated when others had the core."""
    seconds = seconds or setting.seconds
    words = [*arguments(options), "--json", "--core", setting.core, "--seconds", seconds, "--repeats", repeats]
    words += ["--hugepages"] if setting.hugepages else []
    for _ in range(ATTEMPTS):
        text = run([setting.binary("viaduct-bench"), *words], OVERHEAD_SECONDS_MAX + 20 * repeats * (seconds + 1))
        try:
            report = json.loads(text)
        except ValueError:
            raise BenchError(f"viaduct-bench {' '.join(map(str, words))} did not print JSON: {text[:80]!r}") from None
        if not report.get("disturbed"):
            break
    return report


def write_stream(setting, path, direction, macs, networks):
    run([setting.binary("viaduct-bench"), "--frames", path, "--direction", direction, "--macs", macs, "--networks", networks],
        OVERHEAD_SECONDS_MAX)


class Candidate:
    """The gateway and its devices alone, started anew for each turn."""

    name = "viaduct"

    def __init__(self, direction, macs, networks, setting):
        self.setting = setting
        self.options = {"direction": direction, "macs": macs, "networks": networks}

    def turn(self, seconds):
        report = bench(self.setting, self.options, seconds=seconds)
        if not report["gateway"]["median"]:
            raise BenchError("viaduct-bench lost its core in every window: end what else runs on it")
        return {
            "cycles": report["gateway"]["median"], "own": report["own"]["median"], "devices": report["devices"]["median"],
            "hertz": report["cycles_per_second"],
        }

    def pause(self):
        pass

    def resume(self):
        pass

    def end(self):
        pass
