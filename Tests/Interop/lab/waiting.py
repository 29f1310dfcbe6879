"""Waits for what will happen soon."""

import time


def wait_for(condition, seconds=5):
    """Whether ``condition()`` becomes true within some seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def holds(condition, seconds):
    """Whether ``condition()`` stays true for some seconds."""
    return not wait_for(lambda: not condition(), seconds)
