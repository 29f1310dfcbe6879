"""What is measured at the moment and how long it will take yet, on standard error: one changing line on a terminal, else a line for each
step."""

import shutil
import sys
import threading
import time


class Progress:
    def __init__(self, stages):
        """``stages``: [(name, estimated seconds)] in the order they will be entered."""
        self.estimates = dict(stages)
        self.started = self.stage_started = time.monotonic()
        self.stage, self.text = None, None
        self.on_terminal = sys.stderr.isatty()
        self.lock = threading.Lock()
        if self.on_terminal:
            threading.Thread(target=self._tick, daemon=True).start()

    def enter(self, stage):
        self.estimates.pop(self.stage, None)
        self.stage, self.stage_started = stage, time.monotonic()

    def step(self, text):
        with self.lock:
            self.text = text
            self._write()

    def remark(self, text):
        """A line that stays."""
        self.clear()
        print(text, file=sys.stderr, flush=True)

    def clear(self):
        with self.lock:
            self.text = None
            if self.on_terminal:
                sys.stderr.write("\r\033[K")
                sys.stderr.flush()

    def _write(self):
        now = time.monotonic()
        line = f"{clock(now - self.started)}  about {clock(self.remaining(now))} left  {self.stage}: {self.text}"
        if self.on_terminal:
            width = shutil.get_terminal_size().columns - 1
            line = f"\r{line[:width]:<{width}}"
        else:
            line += "\n"
        sys.stderr.write(line)
        sys.stderr.flush()

    def _tick(self):
        """Lets the clock run through a step that takes long."""
        while True:
            time.sleep(1)
            with self.lock:
                if self.text:
                    self._write()

    @property
    def elapsed(self):
        return time.monotonic() - self.started

    def remaining(self, now):
        left = dict(self.estimates)
        current = left.pop(self.stage, 0)
        return max(0, current - (now - self.stage_started)) + sum(left.values())


def clock(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
