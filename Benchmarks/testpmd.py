"""dpdk-testpmd on the devices that viaduct-bench uses: what forwarding costs when nothing is done to a packet (io), or its MACs are rewritten
(mac)."""

import re
import subprocess
import threading
from pathlib import Path

# Most of a window that the forwarding thread may have waited for its core, in nanoseconds of a second.
WAIT_MAXIMUM = 5_000_000
# Windows tried for each that is wanted.
ATTEMPTS = 4


class TestpmdError(Exception):
    """What testpmd said, when it did not forward."""


def measure(frames, mode, windows, core, main_cores, buffers, memory_arguments):
    """Packets per second in each of ``windows`` one-second windows in which the thread had its core, or fewer when most are lost; and the
    number of windows thrown away."""
    command = [
        "dpdk-testpmd", f"--lcores=0@({','.join(map(str, main_cores))}),1@{core}", "--no-pci", "--no-telemetry", *memory_arguments,
        "--vdev", f"net_pcap0,rx_pcap={frames},infinite_rx=1", "--vdev", "net_null0,no-rx=1",
        "--", f"--total-num-mbufs={buffers}", "--mbcache=256", "--nb-cores=1", f"--forward-mode={mode}", "--auto-start", "--stats-period=1",
    ]
    # testpmd quits when its standard input ends: it gets one that stays open.
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
    watchdog = threading.Timer(windows * ATTEMPTS + 30, process.kill)
    watchdog.start()
    try:
        prefer(process.pid)
        return read_windows(process, windows)
    finally:
        watchdog.cancel()
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def read_windows(process, windows):
    rates, discarded, waited, output = [], 0, None, []
    for line in process.stdout:
        output.append(line.strip())
        found = re.search(r"Tx-pps: +(\d+)", line)
        if not found or int(found[1]) == 0:
            continue
        before, waited = waited, nanoseconds_waited(process.pid)
        if before is None:
            # The first figure covers the start, too.
            continue
        if waited - before <= WAIT_MAXIMUM:
            rates.append(int(found[1]))
        else:
            discarded += 1
        if len(rates) == windows or len(rates) + discarded == windows * ATTEMPTS:
            return rates, discarded
    raise TestpmdError(next((line for line in reversed(output) if line), "testpmd ended at once"))


def nanoseconds_waited(pid):
    """How long the forwarding thread has been ready to run without a core."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        if "worker" in (task / "comm").read_text():
            return int((task / "schedstat").read_text().split()[1])
    return 0


def prefer(pid):
    """Asks the scheduler to prefer the process to other sessions, where it groups them; no matter if it does not."""
    try:
        Path(f"/proc/{pid}/autogroup").write_text("-20")
    except OSError:
        pass
