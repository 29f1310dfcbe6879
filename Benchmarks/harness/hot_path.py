"""Whether anything a worker executes retains, allocates, locks or makes a system call: scripts/check-hot-path on the gateway's binary."""

import re
import subprocess

SECONDS_MAX = 120


def measure(root, setting, progress):
    """{"functions", "findings"}, or {"skipped": reason}."""
    progress.step("reading the machine code of the packet path")
    binary = setting.binary("viaduct")
    if not binary.exists():
        return {"skipped": "tool missing: viaduct (make builds it)"}
    try:
        result = subprocess.run(
            [root / "scripts/check-hot-path", binary], capture_output=True, text=True, timeout=SECONDS_MAX, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        return {"skipped": f"scripts/check-hot-path: {error}"}
    return counts(result.stdout) or {"skipped": f"scripts/check-hot-path said: {result.stdout.strip() or result.stderr.strip()}"}


def counts(output):
    found = re.search(r"(\d+) functions.*?(\d+) findings", output)
    return {"functions": int(found[1]), "findings": int(found[2])} if found else None
