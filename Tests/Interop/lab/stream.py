"""A numbered stream of UDP datagrams between two stations: tells which of them were lost."""

import socket
import struct
import threading
import time

NUMBER = struct.Struct("!Q")
SETTLE_SECONDS = 0.5
BUFFER_BYTES = 16 << 20
SO_RCVBUFFORCE = 33


class Stream:
    """Sends ``rate`` datagrams a second for the time of a ``with`` block; afterwards ``lost`` and ``sent`` are known."""

    def __init__(self, source, target, rate=1000):
        self.interval = 1 / rate
        self.sent = 0
        self.received = set()
        self.running = True
        self.receiver = target.namespace.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.receiver.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
        self.receiver.bind((target.address, 0))
        self.receiver.settimeout(SETTLE_SECONDS)
        self.sender = source.namespace.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sender.connect(self.receiver.getsockname())
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self.receive, self.send)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.running = False
        for thread in reversed(self.threads):
            thread.join()
        self.sender.close()
        self.receiver.close()

    @property
    def lost(self):
        """Numbers of the datagrams that did not arrive."""
        return sorted(set(range(self.sent)) - self.received)

    def send(self):
        while self.running:
            self.sender.send(NUMBER.pack(self.sent))
            self.sent += 1
            time.sleep(self.interval)

    def receive(self):
        """Reads until nothing has come for a while after the sender stopped."""
        while True:
            try:
                self.received.add(NUMBER.unpack(self.receiver.recv(64))[0])
            except TimeoutError:
                if not self.running:
                    return
