"""Runs programs, with a timeout always and their whole output in the error."""

import ctypes
import shlex
import signal
import subprocess

PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True)


class CommandError(Exception):
    """A program that failed: the message holds its command line, status and output."""

    def __init__(self, command, status, output):
        super().__init__(f"{shlex.join(map(str, command))}: status {status}\n{output}".rstrip())
        self.status = status
        self.output = output


def die_with_parent():
    """In a child before exec: ask the kernel to kill it when this process dies, however it dies."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def run(*command, check=True, timeout=30, stdin=None, prepare=die_with_parent):
    """Runs a program to its end; returns the ``CompletedProcess`` with standard output and error as one text in ``stdout``."""
    arguments = [str(part) for part in command]
    try:
        result = subprocess.run(
            arguments, input=stdin, stdin=None if stdin is not None else subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=timeout, preexec_fn=prepare)
    except subprocess.TimeoutExpired as error:
        output = error.output.decode(errors="replace") if error.output else ""
        raise CommandError(arguments, f"none after {timeout} s", output) from None
    if check and result.returncode != 0:
        raise CommandError(arguments, result.returncode, result.stdout)
    return result
