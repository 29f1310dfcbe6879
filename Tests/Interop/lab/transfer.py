"""Moves bytes over TCP between two stations and compares their SHA-256."""

import hashlib
import random
import socket
import threading
import time
from dataclasses import dataclass

BLOCK_BYTES = 1 << 20
TIMEOUT_SECONDS = 60


@dataclass
class Transfer:
    """Digests of what was sent and of what arrived, and how long it took."""

    byte_count: int
    seconds: float
    sent: str
    received: str

    @property
    def intact(self):
        return self.sent == self.received

    @property
    def megabits_per_second(self):
        return self.byte_count * 8 / self.seconds / 1e6


def blocks(byte_count, seed):
    """Reproducible data in which no two blocks are equal, so that a lost, doubled or swapped block changes the digest."""
    block = random.Random(seed).randbytes(BLOCK_BYTES - 8)
    for offset in range(0, byte_count, BLOCK_BYTES):
        yield (offset.to_bytes(8, "big") + block)[: byte_count - offset]


def listen(station, address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = station.namespace.socket(family, socket.SOCK_STREAM)
    listener.settimeout(TIMEOUT_SECONDS)
    listener.bind((address, 0))
    listener.listen(1)
    return listener


def send(source, target, byte_count, seed):
    """Sends from ``source`` to the socket address ``target``; returns the digest of what was sent."""
    digest = hashlib.sha256()
    family = socket.AF_INET6 if ":" in target[0] else socket.AF_INET
    with source.namespace.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(TIMEOUT_SECONDS)
        connection.connect(target[:2])
        for block in blocks(byte_count, seed):
            digest.update(block)
            connection.sendall(block)
    return digest.hexdigest()


class Receiver(threading.Thread):
    """Accepts one connection and digests all it brings; ``progress`` is called with the byte count so far."""

    def __init__(self, listener, progress):
        super().__init__(daemon=True)
        self.listener = listener
        self.progress = progress
        self.digest = hashlib.sha256()
        self.error = None

    def run(self):
        try:
            connection, _ = self.listener.accept()
            with connection:
                connection.settimeout(TIMEOUT_SECONDS)
                byte_count = 0
                while data := connection.recv(BLOCK_BYTES):
                    self.digest.update(data)
                    byte_count += len(data)
                    self.progress(byte_count)
        except OSError as error:
            self.error = error


def transfer(source, destination, byte_count, address=None, seed=1, progress=lambda byte_count: None):
    """Sends ``byte_count`` bytes from station ``source`` to ``address`` of station ``destination`` and waits for all of it."""
    with listen(destination, address or destination.address) as listener:
        receiver = Receiver(listener, progress)
        receiver.start()
        started = time.monotonic()
        sent = send(source, listener.getsockname(), byte_count, seed)
        receiver.join(TIMEOUT_SECONDS)
        seconds = time.monotonic() - started
    if receiver.error or receiver.is_alive():
        raise TimeoutError(f"the transfer from {source} to {destination} broke: {receiver.error or 'no end'}")
    return Transfer(byte_count, seconds, sent, receiver.digest.hexdigest())
