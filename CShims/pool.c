// Slow path: packet pools and rings.
#include "CShims.h"

#include <rte_mempool.h>

void *vd_pool_create(const char *name, uint32_t count, uint32_t cache, uint16_t data_room, int node) {
    return rte_pktmbuf_pool_create(name, count, cache, 0, data_room, node);
}

void vd_pool_free(void *pool) { rte_mempool_free((struct rte_mempool *)pool); }

uint32_t vd_pool_available(const void *pool) { return rte_mempool_avail_count((const struct rte_mempool *)pool); }

uint32_t vd_pool_size(const void *pool) { return ((const struct rte_mempool *)pool)->size; }

void *vd_ring_create(const char *name, uint32_t count, int node, bool single_producer, bool single_consumer) {
    unsigned flags = (single_producer ? RING_F_SP_ENQ : 0) | (single_consumer ? RING_F_SC_DEQ : 0);
    return rte_ring_create(name, count, node, flags);
}

void *vd_record_ring_create(const char *name, uint32_t record_size, uint32_t count, int node) {
    return rte_ring_create_elem(name, record_size, count, node, RING_F_SC_DEQ);
}

void vd_ring_free(void *ring) { rte_ring_free((struct rte_ring *)ring); }
