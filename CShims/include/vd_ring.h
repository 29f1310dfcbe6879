// Bounded rings between workers and control. Pointer rings carry packets, record rings carry fixed-size events.
#pragma once
#include "vd_mbuf.h"

#include <rte_ring.h>

void *_Nullable vd_ring_create(const char *_Nonnull name, uint32_t count, int node, bool single_producer, bool single_consumer);
void *_Nullable vd_record_ring_create(const char *_Nonnull name, uint32_t record_size, uint32_t count, int node);
void vd_ring_free(void *_Nonnull ring);

/// false when the ring is full.
VD_HOT bool vd_ring_enqueue(void *_Nonnull ring, vd_mbuf *_Nonnull packet) {
    return rte_ring_enqueue((struct rte_ring *)ring, packet) == 0;
}

VD_HOT uint32_t vd_ring_dequeue_burst(void *_Nonnull ring, vd_mbuf *_Nullable *_Nonnull packets, uint32_t count) {
    return rte_ring_dequeue_burst((struct rte_ring *)ring, (void **)packets, count, NULL);
}

VD_HOT bool vd_ring_is_empty(const void *_Nonnull ring) { return rte_ring_empty((const struct rte_ring *)ring) != 0; }

VD_HOT bool vd_record_ring_enqueue(void *_Nonnull ring, const void *_Nonnull record, uint32_t record_size) {
    return rte_ring_enqueue_elem((struct rte_ring *)ring, (void *)(uintptr_t)record, record_size) == 0;
}

VD_HOT bool vd_record_ring_dequeue(void *_Nonnull ring, void *_Nonnull record, uint32_t record_size) {
    return rte_ring_dequeue_elem((struct rte_ring *)ring, record, record_size) == 0;
}
