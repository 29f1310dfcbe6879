"""Open vSwitch as a candidate that takes its turn: warmed up until every flow is installed, and given the cache options that suit it
best."""

import time

from .core import CoreWait, Windows
from .ovs import FLOWS_MAX, OpenVSwitch
from .ovs_control import pmd_counters
from .process import BenchError

WARM_UP_SECONDS_MAX = 90
# A packet in a thousand that waits for its flow costs as much as all others.
MISS_RATE_MAX = 0.0005
# The caches before the flow table: exact match (EMC), into which one packet in so many is inserted (0: none), and signature match (SMC).
CACHES = {
    "EMC, 1 in 100 inserted": {"emc_insert_inv_prob": 100, "smc_enable": "false"},
    "EMC, all inserted": {"emc_insert_inv_prob": 1, "smc_enable": "false"},
    "no cache": {"emc_insert_inv_prob": 0, "smc_enable": "false"},
    "SMC": {"emc_insert_inv_prob": 0, "smc_enable": "true"},
    "EMC and SMC": {"emc_insert_inv_prob": 100, "smc_enable": "true"},
}
AVX512 = [("dpif-netdev/dpif-impl-set", "dpif_avx512"), ("dpif-netdev/miniflow-parser-set", "study"),
          ("dpif-netdev/subtable-lookup-prio-set", "avx512_gather", "5")]


class Candidate:
    def __init__(self, streams, direction, mode, setting):
        self.name = f"Open vSwitch, {'static flows' if mode == 'static' else 'learning'}"
        self.setting = setting
        self.flow_count = len(streams.pairs)
        self.switch = OpenVSwitch(streams, direction, mode, setting)
        try:
            self.switch.connect(f"net_pcap0,rx_pcap={streams.file(direction)},infinite_rx=1", "net_null1,no-rx=1")
            self.windows = Windows(CoreWait(self.switch.daemon.pid, f"pmd-c{setting.core:02}"))
            self.avx512 = self._use_avx512()
        except BaseException:
            self.switch.end()
            raise

    def pause(self):
        self.switch.pause()

    def resume(self):
        self.switch.resume()

    def end(self):
        self.switch.end()

    def warm_up(self):
        """Waits until each flow has been seen and none misses. The limit of flows would take a minute to grow to 100,000 by itself."""
        self.switch.control.call("upcall/set-flow-limit", str(FLOWS_MAX))
        deadline, calm, before = time.monotonic() + WARM_UP_SECONDS_MAX, 0, self._counters()
        while calm < 3:
            time.sleep(0.3)
            after = self._counters()
            steady = after["missed"] == before["missed"] and after["received"] >= 2 * self.flow_count
            calm, before = calm + 1 if steady else 0, after
            if time.monotonic() > deadline:
                raise BenchError(f"Open vSwitch still misses flows after {WARM_UP_SECONDS_MAX} s: {after['missed']} misses so far")

    def choose_caches(self, seconds):
        """Tries the cache options and keeps the best; returns {option: cycles per packet}."""
        cycles = {}
        for name, options in CACHES.items():
            self.switch.set_options(**options)
            cycles[name] = round(self.turn(seconds)["cycles"], 1)
        self.caches = min(cycles, key=cycles.get)
        self.switch.set_options(**CACHES[self.caches])
        self._keep_flows()
        return cycles

    def _keep_flows(self):
        """While others have their turn this switch is stopped, which its revalidators take for a flow table too large to walk in time: they
        lower the limit of flows and delete what is above it. So they rest from here on. Options that have just been set come first."""
        time.sleep(0.5)
        self.switch.control.call("revalidator/pause")

    def turn(self, seconds):
        """One window: cycles per packet by the polling thread's own count. It never idles, so all its cycles count. A window in which flows
        were missing says nothing about forwarding: they are installed again and the window is repeated."""
        time.sleep(0.3)
        window = self.windows.take(lambda: self._window(seconds))
        if window["miss_rate"] > MISS_RATE_MAX:
            self.warm_up()
            window = self.windows.take(lambda: self._window(seconds))
        return window

    def _window(self, seconds):
        before, sent_before = self._counters(), self.switch.sink_counters()
        time.sleep(seconds)
        after, sent_after = self._counters(), self.switch.sink_counters()
        change = {name: after[name] - before[name] for name in after}
        sent, lost = sent_after[0] - sent_before[0], sent_after[1] - sent_before[1]
        if change["received"] == 0 or lost > 0 or sent < 0.8 * change["received"]:
            raise BenchError(f"{self.name} received {change['received']} packets, sent {sent}, lost {lost}: it does not forward the stream")
        lookups = max(1, sum(change[name] for name in ("emc", "smc", "megaflow", "missed", "failed")))
        return {
            "cycles": (change["idle_cycles"] + change["busy_cycles"]) / change["received"],
            "emc_hits": round(change["emc"] / lookups, 3), "smc_hits": round(change["smc"] / lookups, 3), "misses": change["missed"], "miss_rate": change["missed"] / lookups,
        }

    def _counters(self):
        return pmd_counters(self.switch.control.call("dpif-netdev/pmd-stats-show", "-pmd", str(self.setting.core)))

    def _use_avx512(self):
        """Says what became of it. Builds offer AVX-512 only when they are compiled for such a CPU; Debian's is not."""
        call = self.switch.control.call
        if "avx512" not in call("dpif-netdev/dpif-impl-get") + call("dpif-netdev/subtable-lookup-prio-get"):
            return "not offered by this build"
        for command in AVX512:
            call(*command)
        return "used"
