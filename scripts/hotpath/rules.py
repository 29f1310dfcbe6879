"""What a worker may do. Each exception is reviewed and says why it is harmless; whatever is not here is a finding.

Functions are meant by their demangled name, up to its argument list: ``Worker.flush`` is ``Worker.flush(_:)``.
"""

import re
from fnmatch import fnmatch

# Where a worker starts. Both must be in the binary.
ROOTS = (r"\$s9Dataplane6WorkerV4pollSiyF", r"\$s9Dataplane6WorkerV3runyyF")

# Fewer functions than this cannot be the packet path: the walk has lost its way.
FUNCTIONS_MINIMUM = 12

# Never, wherever they are linked from: reference counting, the heap, class access, lazy globals, locks.
FORBIDDEN = re.compile(
    r"_?swift_.*|malloc|calloc|realloc|free|posix_memalign|aligned_alloc|memalign|valloc|_Zn[wa].*|_Zd[la].*"
    r"|pthread_(mutex|rwlock|cond|spin|once).*|rte_(malloc|zmalloc|calloc|free).*")

# (function called, caller, why)
EXTERNAL = (
    ("nanosleep", "vd_idle_sleep", "the idle sleep, after 100 microseconds without a packet"),
    ("memcpy", "Worker.chain", "the payload of a flooded frame, towards a port that transmits one segment only"),
    ("memcpy", "Worker.replicate", "the same, inlined"),
    ("memcpy", "Worker.copyTo*", "the same, inlined"),
    ("memcpy", "Worker.handOver", "a copy of a frame that control is shown"),
    ("memcpy", "Worker.enqueueInOnePiece", "a frame that came in several segments, towards a port that transmits one segment only"),
    ("memcpy", "Worker.deliverWithServiceTag", "the same, inlined"),
    ("rte_eth_bond_primary_get", "vd_bond_drain_standby", "two hundred times a second: which member of an active-backup bond carries traffic"),
    ("rte_eth_bond_slaves_get", "vd_bond_drain_standby", "the same: which members there are"),
    ("rte_pktmbuf_free_bulk", "vd_bond_drain_standby", "what came to the others"),
    ("rte_eth_call_rx_callbacks", "vd_bond_drain_standby", "runs while receive callbacks are installed; Viaduct installs none"),
    ("rte_eth_call_rx_callbacks", "Worker.*", "runs while receive callbacks are installed; Viaduct installs none"),
    ("rte_eth_call_tx_callbacks", "Worker.*", "runs while transmit callbacks are installed; Viaduct installs none"),
    ("__rte_panic", "*", "ends the process where DPDK finds a packet pool corrupt"),
)

# (caller, most places, why)
INDIRECT = (
    ("Worker.poll", 1, "the driver's receive function"),
    ("vd_bond_drain_standby", 1, "the driver's receive function"),
    ("Worker.flush", 2, "the driver's transmit function, with the lock of a shared queue and without"),
    ("Worker.discard", 3, "packet pool operations: freeing what the driver refused"),
    ("Worker.punt", 3, "packet pool operations: freeing what the ring refused"),
    ("Worker.refuseTooLong", 3, "the same"),
    ("Worker.handOver", 3, "packet pool operations: a buffer for the copy, inlined"),
    ("Worker.chain", 3, "packet pool operations: a buffer for a copy, inlined"),
    ("Worker.enqueueInOnePiece", 3, "the same, inlined"),
    ("vd_mbuf_free", 3, "packet pool operations: freeing what is dropped"),
    ("rte_pktmbuf_*", 3, "packet pool operations: a burst of buffers to or from the shared pool when the worker's cache is empty or full"),
    ("rte_mempool_*", 1, "the same"),
)

# (function, most places or None for any number, why)
ATOMIC = (
    ("Worker.poll", 1, "the report of a quiescent state, once a burst"),
    ("Worker.flush", 1, "the lock of a transmit queue that workers share"),
    ("Worker.drainInjections", None, "packets of control's own: the ring that they come by"),
    ("Worker.punt", None, "the ring to control"),
    ("Worker.refuseTooLong", None, "the ring to control, of frames that do not fit their tunnel"),
    ("Worker.heed", None, "the event ring, of senders that have no tunnel yet"),
    ("Worker.learn", None, "a source that is new, has moved or was last seen a second ago: the MAC table and the event ring"),
    ("Worker.notice", None, "the event ring, a hundred times a second at most"),
    ("Worker.settleUnlearned", None, "the same, inlined"),
    ("Worker.passesStormControl", None, "the token buckets of flooded frames, which workers share"),
    ("Worker.passesGuards", None, "the same, inlined"),
    ("Worker.handOver", None, "the ring to control, of copies of frames that it is shown"),
    ("MACTable.*", None, "16-byte compare-and-swap of a changed entry, and the count of entries"),
    ("Worker.chain", None, "reference counts of a flooded payload"),
    ("Worker.replicate", None, "the same, inlined"),
    ("Worker.copyTo*", None, "the same, inlined"),
    ("Worker.enqueueInOnePiece", None, "reference counts of the packet that was copied"),
    ("Worker.discard", None, "reference counts of packets that the driver refused"),
    ("vd_mbuf_free", None, "reference counts of a packet with several holders"),
    ("rte_pktmbuf_*", None, "reference counts of a packet with several holders"),
)


def matches(pattern, name):
    """``name`` is demangled: `specialized static MACTable.learn(_:)` is `MACTable.learn`."""
    plain = name.split("(")[0].split()[-1] if name.split("(")[0].split() else name
    return fnmatch(plain, pattern)


def allows_external(callee, caller):
    return any(callee == allowed and matches(pattern, caller) for allowed, pattern, _ in EXTERNAL)


def limit(rules, caller):
    """The most places that ``caller`` may have: a number, or None for any."""
    for pattern, most, _ in rules:
        if matches(pattern, caller):
            return most
    return 0
