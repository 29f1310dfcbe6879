// What the packet generator needs beside the gateway's shims: packets by the burst.
#pragma once
#include "vd_mbuf.h"

/// Takes `count` fresh packets from the pool. False when it has fewer; then none is taken.
VD_HOT bool vd_mbuf_alloc_bulk(void *_Nonnull pool, vd_mbuf *_Nullable *_Nonnull packets, uint32_t count) {
    return rte_pktmbuf_alloc_bulk((struct rte_mempool *)pool, (struct rte_mbuf **)packets, count) == 0;
}

VD_HOT void vd_mbuf_free_bulk(vd_mbuf *_Nullable *_Nonnull packets, uint32_t count) {
    rte_pktmbuf_free_bulk((struct rte_mbuf **)packets, count);
}
