// Receive side scaling: how a device spreads what it receives over its queues.
#pragma once
#include "vd_base.h"

#include <rte_ethdev.h>

static const uint64_t VD_RSS_ETHERNET = RTE_ETH_RSS_ETH;
static const uint64_t VD_RSS_IP = RTE_ETH_RSS_IP;
static const uint64_t VD_RSS_TCP = RTE_ETH_RSS_TCP;
static const uint64_t VD_RSS_UDP = RTE_ETH_RSS_UDP;
static const uint64_t VD_RSS_SCTP = RTE_ETH_RSS_SCTP;
static const uint64_t VD_RSS_INNERMOST = RTE_ETH_RSS_LEVEL_INNERMOST;
static const uint64_t VD_RSS_LEVELS = RTE_ETH_RSS_LEVEL_MASK;

/// The fields that a started port hashes, and the first bytes of its key. Drivers may write 64 bytes of key whatever they are asked for.
/// 0, or a negative errno.
int vd_rss_read(uint16_t port, uint64_t *_Nonnull fields, uint8_t *_Nonnull key, uint8_t key_size);
int vd_rss_update(uint16_t port, uint64_t fields, const uint8_t *_Nonnull key, uint8_t key_size);

/// The redirection table, from hash to queue, whose `size` the device says. 0, or a negative errno.
int vd_rss_table_read(uint16_t port, uint16_t *_Nonnull queues, uint16_t size);
int vd_rss_table_update(uint16_t port, const uint16_t *_Nonnull queues, uint16_t size);
