#include "CBench.h"

#include <rte_ethdev.h>
#include <rte_hash_crc.h>
#include <rte_lcore.h>
#include <rte_mempool.h>

void *vd_hash_create(const char *name, uint32_t slots, uint32_t key_bytes) {
    struct rte_hash_parameters parameters = {
        .name = name,
        .entries = slots,
        .key_len = key_bytes,
        .hash_func = rte_hash_crc,
        .socket_id = (int)rte_socket_id(),
        .extra_flag = RTE_HASH_EXTRA_FLAGS_RW_CONCURRENCY_LF,
    };
    return rte_hash_create(&parameters);
}

void vd_hash_free(void *hash) { rte_hash_free((struct rte_hash *)hash); }

void vd_hash_clear(void *hash) { rte_hash_reset((struct rte_hash *)hash); }

bool vd_hash_put(void *hash, const void *key, uint64_t value) {
    return rte_hash_add_key_data((const struct rte_hash *)hash, key, (void *)value) >= 0;
}

bool vd_receive_callback_add(uint16_t port, uint16_t queue, vd_receive_callback body, void *context) {
    // vd_mbuf mirrors rte_mbuf.
    return rte_eth_add_rx_callback(port, queue, (rte_rx_callback_fn)body, context) != NULL;
}

static void add_chunk(struct rte_mempool *pool, void *total, struct rte_mempool_memhdr *chunk, unsigned index) {
    (void)pool;
    (void)index;
    *(uint64_t *)total += chunk->len;
}

uint64_t vd_pool_bytes(void *pool) {
    uint64_t total = 0;
    rte_mempool_mem_iter((struct rte_mempool *)pool, add_chunk, &total);
    return total;
}
