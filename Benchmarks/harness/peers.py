"""Viaduct and its peers on the same stream, taking turns: whoever is not measured is stopped."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from . import ovs, ovs_candidate, stream, testpmd, viaduct
from .figures import megapackets, median_ratio, spread
from .process import BenchError

# (pairs of MACs, networks) of the rows that are compared.
SIZES = [(1000, 10), (100_000, 100)]
SIZES_QUICK = [(1000, 10)]
DIRECTIONS = ("encap", "decap")
OVS_MODES = ("static", "normal")


def compare(setting, progress):
    """[result of each direction and size]."""
    sizes = SIZES_QUICK if setting.quick else SIZES
    results = []
    for macs, networks in sizes:
        with tempfile.TemporaryDirectory(prefix="viaduct-bench-") as directory:
            files = [Path(directory) / f"{direction}.pcap" for direction in DIRECTIONS]
            for direction, file in zip(DIRECTIONS, files):
                viaduct.write_stream(setting, file, direction, macs, networks)
            streams = stream.read(*files)
            for direction in DIRECTIONS:
                results.append(Comparison(streams, direction, macs, networks, setting, progress).result())
    return results


class Comparison:
    def __init__(self, streams, direction, macs, networks, setting, progress):
        self.streams, self.direction, self.macs, self.networks = streams, direction, macs, networks
        self.setting, self.progress = setting, progress
        self.turns, self.skipped, self.caches = {}, {}, {}

    def result(self):
        with ExitStack() as stack:
            candidates = self._start(stack)
            for number in range(self.setting.rounds):
                for candidate in candidates:
                    self._step(f"round {number + 1} of {self.setting.rounds}, {candidate.name}")
                    self._turn(candidate)
        return self._summary()

    def _start(self, stack):
        """All candidates that can be had, stopped until their turn."""
        setting, direction = self.setting, self.direction
        candidates = [viaduct.Candidate(direction, self.macs, self.networks, setting)]
        reason = testpmd.missing()
        if reason:
            self._skip("testpmd", reason)
        else:
            self._try("testpmd", lambda: candidates.extend(self._testpmd(stack)))
        reason = ovs.missing()
        if reason:
            self._skip("Open vSwitch", reason)
        else:
            for mode in OVS_MODES:
                self._try(f"Open vSwitch, {mode}", lambda mode=mode: candidates.append(self._open_vswitch(stack, mode)))
        return candidates

    def _testpmd(self, stack):
        self._step("starting testpmd")
        process = testpmd.Testpmd(self.streams.file(self.direction), len(self.streams.pairs), self.setting)
        stack.callback(process.end)
        return process.candidates()

    def _open_vswitch(self, stack, mode):
        self._step(f"setting up Open vSwitch, {mode}")
        candidate = ovs_candidate.Candidate(self.streams, self.direction, mode, self.setting)
        stack.callback(candidate.end)
        self._step(f"{candidate.name}: installing a flow for each pair")
        candidate.warm_up()
        self._step(f"{candidate.name}: trying its caches")
        self.caches[candidate.name] = {"cycles": candidate.choose_caches(self.setting.seconds), "avx512": candidate.avx512}
        self.caches[candidate.name]["chosen"] = candidate.caches
        candidate.pause()
        return candidate

    def _turn(self, candidate):
        """One turn; a candidate that fails once is out, and its reason is in the result."""
        turns = self.turns.setdefault(candidate.name, [])
        if candidate.name in self.skipped:
            return
        candidate.resume()
        self._try(candidate.name, lambda: turns.append(candidate.turn(self.setting.seconds)))
        candidate.pause()

    def _try(self, name, action):
        try:
            action()
        except BenchError as error:
            self._skip(name, str(error))

    def _skip(self, name, reason):
        self.skipped[name] = reason
        self.progress.remark(f"{name}: not measured: {reason}")

    def _step(self, text):
        self.progress.step(f"{self.direction}, {self.macs} MACs: {text}")

    def _summary(self):
        ours = self.turns.get("viaduct") or []
        hertz = ours[0]["hertz"] if ours else None
        candidates = {}
        for name, turns in self.turns.items():
            cycles = [turn.get("cycles") or hertz / turn["packets_per_second"] for turn in turns]
            if cycles:
                middle = spread(cycles)
                candidates[name] = {"cycles": middle, "megapackets_per_second": hertz and megapackets(middle["median"], hertz)}
                # Packets a second of viaduct against this candidate's.
                candidates[name]["viaduct_ahead"] = median_ratio(cycles, [turn["cycles"] for turn in ours])
        if ours:
            candidates["viaduct"]["own"] = spread([turn["own"] for turn in ours])
            candidates["devices alone"] = {"cycles": spread([turn["devices"] for turn in ours])}
        return {
            "direction": self.direction, "macs": self.macs, "networks": self.networks, "cycles_per_second": hertz, "candidates": candidates,
            "open_vswitch_caches": self.caches, "skipped": self.skipped,
        }
