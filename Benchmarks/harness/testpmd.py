"""dpdk-testpmd on the devices that viaduct-bench uses: what forwarding costs when nothing is done to a packet (io), or its MACs are
rewritten (mac). One process does both; it is asked on its command line."""

import queue
import re
import shutil
import subprocess
import threading
import time

from .core import CoreWait, Windows, prefer
from .process import BenchError, Program

ANSWER_SECONDS_MAX = 20


def missing():
    """Why testpmd cannot be measured, or nothing."""
    return None if shutil.which("dpdk-testpmd") else "dpdk-testpmd is not installed (Debian's package dpdk)"


class Testpmd:
    def __init__(self, frames, frame_count, setting):
        # stdbuf: what testpmd prints would wait in a buffer otherwise. Its input stays open, for testpmd quits at the end of it.
        self.program = Program(
            ["stdbuf", "-oL", "dpdk-testpmd", setting.lcores, "--no-pci", "--no-telemetry",
             *setting.eal_memory(frame_count), "--vdev", f"net_pcap0,rx_pcap={frames},infinite_rx=1",
             "--vdev", "net_null0,no-rx=1", "--", "-i", f"--total-num-mbufs={16384 + frame_count}", "--mbcache=256", "--nb-cores=1"],
            subprocess.PIPE)
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        try:
            prefer(self.program.pid)
            self._ask("set fwd io", r"Set io packet forwarding mode")
            self.windows = Windows(CoreWait(self.program.pid, "worker"))
        except BaseException:
            self.end()
            raise

    def candidates(self):
        return [Mode(self, "io"), Mode(self, "mac")]

    def start(self, mode):
        self._ask(f"set fwd {mode}", f"Set {mode} packet forwarding mode")
        self._ask("start", r"packet forwarding packets/burst")

    def stop(self):
        self._ask("stop", r"^Done\.")

    def packets_per_second(self, seconds):
        """By testpmd's own clock: it tells the rate since it was asked before."""
        self._ask("show port stats 1", r"Tx-pps: +\d+")
        time.sleep(seconds)
        return int(self._ask("show port stats 1", r"Tx-pps: +(\d+)")[1])

    def end(self):
        self.program.end()

    def _read(self):
        for line in self.program.process.stdout:
            self.lines.put(line.rstrip())
        self.lines.put(None)

    def _ask(self, command, answer):
        """Types a command and waits for a line that matches ``answer``."""
        said = ""
        deadline = time.monotonic() + ANSWER_SECONDS_MAX
        try:
            self.program.process.stdin.write(command + "\n")
            self.program.process.stdin.flush()
            while True:
                line = self.lines.get(timeout=max(0.01, deadline - time.monotonic()))
                if line is None:
                    raise BenchError(f"dpdk-testpmd ended when told \"{command}\": {said or 'it said nothing'}")
                said = line or said
                found = re.search(answer, line)
                if found:
                    return found
        except queue.Empty:
            raise BenchError(f"dpdk-testpmd did not answer \"{command}\" within {ANSWER_SECONDS_MAX} s; its last words: {said}") from None
        except BrokenPipeError:
            raise BenchError(f"dpdk-testpmd ended before it was told \"{command}\": {said}") from None


class Mode:
    """One forwarding mode as a candidate that takes its turn."""

    def __init__(self, testpmd, mode):
        self.testpmd = testpmd
        self.mode = mode
        self.name = f"testpmd {mode}"

    def turn(self, seconds):
        """One window: {"packets_per_second"}. Its core does nothing else, so that tells cycles as well."""
        self.testpmd.start(self.mode)
        try:
            time.sleep(0.2)
            rate = self.testpmd.windows.take(lambda: self.testpmd.packets_per_second(seconds))
        finally:
            self.testpmd.stop()
        if rate == 0:
            raise BenchError("dpdk-testpmd forwards nothing: try it by hand on the same devices")
        return {"packets_per_second": rate}

    def pause(self):
        """Between start and stop its worker waits for orders."""

    def resume(self):
        pass
