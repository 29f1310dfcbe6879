"""The control socket of ovs-vswitchd, without a process for each call: JSON-RPC on a Unix socket."""

import json
import re
import socket

from .process import BenchError

# The longest call lists or fills tables of 100,000 entries.
CALL_SECONDS_MAX = 30
# ovs-vswitchd takes this many calls of each connection in a round of its main loop, so many calls go over many connections.
CALLS_A_ROUND = 10
CONNECTIONS = 20


class Control:
    def __init__(self, path):
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(CALL_SECONDS_MAX)
        self.socket.connect(str(path))
        self.decoder = json.JSONDecoder()
        self.buffer = ""

    def call(self, method, *parameters):
        self._send(method, parameters)
        return self._receive(method)

    def call_all(self, calls):
        """Many calls, in any order: [(method, parameters...)]."""
        connections = [Control(self.path) for _ in range(CONNECTIONS)]
        try:
            for start in range(0, len(calls), CONNECTIONS * CALLS_A_ROUND):
                shares = [calls[start + index:start + CONNECTIONS * CALLS_A_ROUND:CONNECTIONS] for index in range(CONNECTIONS)]
                for connection, share in zip(connections, shares):
                    for method, *parameters in share:
                        connection._send(method, parameters)
                for connection, share in zip(connections, shares):
                    for method, *_ in share:
                        connection._receive(method)
        finally:
            for connection in connections:
                connection.close()

    def close(self):
        self.socket.close()

    def _send(self, method, parameters):
        self.socket.sendall(json.dumps({"id": 0, "method": method, "params": list(parameters)}).encode())

    def _receive(self, method):
        while True:
            text = self.buffer.lstrip()
            try:
                answer, end = self.decoder.raw_decode(text)
            except ValueError:
                self.buffer = text + self._more(method)
                continue
            self.buffer = text[end:]
            if answer.get("error"):
                raise BenchError(f"ovs-vswitchd refuses {method}: {str(answer['error']).strip()}")
            return answer["result"]

    def _more(self, method):
        try:
            received = self.socket.recv(1 << 20)
        except TimeoutError:
            raise BenchError(f"ovs-vswitchd did not answer {method} within {CALL_SECONDS_MAX} s") from None
        if not received:
            raise BenchError(f"ovs-vswitchd closed its control socket during {method}")
        return received.decode()


COUNTERS = {
    "received": "packets received", "recirculated": "packet recirculations", "emc": "emc hits", "smc": "smc hits",
    "megaflow": "megaflow hits", "missed": "miss with success upcall", "failed": "miss with failed upcall",
    "idle_cycles": "idle cycles", "busy_cycles": "processing cycles",
}


def pmd_counters(text):
    """The counters of ``dpif-netdev/pmd-stats-show`` of one thread, by short names."""
    counters = {}
    for name, label in COUNTERS.items():
        found = re.search(rf"^ *{re.escape(label)}: *(\d+)", text, re.M)
        if not found:
            raise BenchError(f"Open vSwitch's pmd-stats-show has no \"{label}\": is this a version the benchmark does not know?")
        counters[name] = int(found[1])
    return counters


def port_counters(text, port):
    """(sent, lost) of one port from ``dpctl/show -s``."""
    found = re.search(rf"port \d+: {re.escape(port)} \(dpdk.*?TX packets:(\d+) errors:(\d+) dropped:(\d+)", text, re.S)
    if not found:
        raise BenchError(f"Open vSwitch's dpctl/show has no port {port}")
    return int(found[1]), int(found[2]) + int(found[3])
