"""Names that tell who made a thing, and the sweep of what dead owners left behind.

A name is ``viaduct-<pid>-<start>-<sequence>-<label>``. The start time of the process is part of it because pids are used again.
"""

import itertools
import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

NAMESPACES = Path("/run/netns")
PATTERN = re.compile(r"viaduct-(\d+)-(\d+)-\d+-")
sequence = itertools.count(1)


def process_start(pid):
    """Clock ticks between boot and the start of process ``pid``; None when there is no such process."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is the command in parentheses and may contain spaces: count from its end. The start is field 22.
    return int(status.rpartition(")")[2].split()[19])


def new_name(label):
    """A name that no other run uses."""
    pid = os.getpid()
    return f"viaduct-{pid}-{process_start(pid)}-{next(sequence)}-{label}"


def new_directory(label):
    """A fresh temporary directory with an owned name."""
    path = Path(tempfile.gettempdir()) / new_name(label)
    path.mkdir(mode=0o700)
    return path


def is_abandoned(name):
    """Whether ``name`` was made by a process that no longer lives."""
    match = PATTERN.match(name)
    return bool(match) and process_start(int(match[1])) != int(match[2])


def end_processes(namespace):
    """Kills what still runs in a namespace of ours."""
    pids = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True).stdout
    for pid in map(int, pids.split()):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def sweep():
    """Removes namespaces and directories whose owner is dead; returns their names."""
    swept = []
    for path in NAMESPACES.glob("viaduct-*"):
        if is_abandoned(path.name):
            end_processes(path.name)
            subprocess.run(["ip", "netns", "delete", path.name], capture_output=True)
            swept.append(path.name)
    for path in Path(tempfile.gettempdir()).glob("viaduct-*"):
        if is_abandoned(path.name):
            shutil.rmtree(path, ignore_errors=True)
            swept.append(path.name)
    return swept
