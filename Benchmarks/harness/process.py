"""Programs of the benchmark: started in sessions of their own, paused while others have their turn, ended whatever happens."""

import os
import signal
import subprocess
from pathlib import Path


class BenchError(Exception):
    """What went wrong, where, and what to do about it: one line for people."""


class Program:
    """A running program. A session of its own makes it a group for the scheduler; it dies with this process."""

    def __init__(self, command, output, environment=None):
        self.name = Path(command[0]).name
        try:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *map(str, command)], stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT,
                text=True, errors="replace", start_new_session=True, env={**os.environ, **(environment or {})})
        except OSError as error:
            raise BenchError(f"cannot start {self.name}: {error.strerror}") from error
        self.pid = self.process.pid

    @property
    def is_running(self):
        return self.process.poll() is None

    def pause(self):
        self._signal(signal.SIGSTOP)

    def resume(self):
        self._signal(signal.SIGCONT)

    def end(self, seconds=5):
        """Asks the program to end and insists after a while."""
        self._signal(signal.SIGCONT)
        self._signal(signal.SIGTERM)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self.process.wait(seconds)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                try:
                    pipe.close()
                except OSError:
                    pass

    def _signal(self, number):
        if self.is_running:
            os.killpg(self.pid, number)


def run(command, seconds, *, text=None, environment=None):
    """What a short-lived program prints; an error with its last words when it fails or takes longer than ``seconds``."""
    words = [str(word) for word in command]
    name = Path(words[0]).name
    try:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *words], stdin=subprocess.DEVNULL if text is None else subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", process_group=0,
            env={**os.environ, **(environment or {})})
    except OSError as error:
        raise BenchError(f"cannot start {name}: {error.strerror}") from error
    try:
        output, errors = process.communicate(text, timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise BenchError(f"{name} did not end within {seconds:.0f} s: {' '.join(words)}") from error
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    if process.returncode != 0:
        raise BenchError(f"{name} ended with status {process.returncode}: {last_line(errors) or last_line(output) or 'it said nothing'}")
    return output


def last_line(text):
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
