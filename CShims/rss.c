// Slow path: receive side scaling.
#include "CShims.h"

#include <errno.h>
#include <stdlib.h>

int vd_rss_read(uint16_t port, uint64_t *fields, uint8_t *key, uint8_t key_size) {
    struct rte_eth_rss_conf configuration = {.rss_key = key, .rss_key_len = key_size};
    int result = rte_eth_dev_rss_hash_conf_get(port, &configuration);
    *fields = configuration.rss_hf;
    return result;
}

int vd_rss_update(uint16_t port, uint64_t fields, const uint8_t *key, uint8_t key_size) {
    struct rte_eth_rss_conf configuration = {.rss_key = (uint8_t *)(uintptr_t)key, .rss_key_len = key_size, .rss_hf = fields};
    return rte_eth_dev_rss_hash_update(port, &configuration);
}

// Every entry of a table of `size`, in groups of 64 with a mask each. To be freed.
static struct rte_eth_rss_reta_entry64 *all_entries(uint16_t size) {
    struct rte_eth_rss_reta_entry64 *groups = calloc(size / RTE_ETH_RETA_GROUP_SIZE + 1, sizeof *groups);
    if (groups == NULL) return NULL;
    for (unsigned i = 0; i < size; i++) groups[i / RTE_ETH_RETA_GROUP_SIZE].mask |= UINT64_C(1) << (i % RTE_ETH_RETA_GROUP_SIZE);
    return groups;
}

int vd_rss_table_read(uint16_t port, uint16_t *queues, uint16_t size) {
    struct rte_eth_rss_reta_entry64 *groups = all_entries(size);
    if (groups == NULL) return -ENOMEM;
    int result = rte_eth_dev_rss_reta_query(port, groups, size);
    for (unsigned i = 0; i < size; i++) queues[i] = groups[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE];
    free(groups);
    return result;
}

int vd_rss_table_update(uint16_t port, const uint16_t *queues, uint16_t size) {
    struct rte_eth_rss_reta_entry64 *groups = all_entries(size);
    if (groups == NULL) return -ENOMEM;
    for (unsigned i = 0; i < size; i++) groups[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE] = queues[i];
    int result = rte_eth_dev_rss_reta_update(port, groups, size);
    free(groups);
    return result;
}
