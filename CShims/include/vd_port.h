// Ethernet devices: bursts inline, set-up and queries out of line.
#pragma once
#include "vd_mbuf.h"

#include <rte_ethdev.h>

VD_HOT uint16_t vd_rx_burst(uint16_t port, uint16_t queue, vd_mbuf *_Nullable *_Nonnull packets, uint16_t count) {
    return rte_eth_rx_burst(port, queue, (struct rte_mbuf **)packets, count);
}

VD_HOT uint16_t vd_tx_burst(uint16_t port, uint16_t queue, vd_mbuf *_Nullable *_Nonnull packets, uint16_t count) {
    return rte_eth_tx_burst(port, queue, (struct rte_mbuf **)packets, count);
}

static const uint64_t VD_TX_OFFLOAD_OUTER_IPV4_CKSUM = RTE_ETH_TX_OFFLOAD_OUTER_IPV4_CKSUM;
static const uint64_t VD_TX_OFFLOAD_OUTER_UDP_CKSUM = RTE_ETH_TX_OFFLOAD_OUTER_UDP_CKSUM;
static const uint64_t VD_TX_OFFLOAD_MULTI_SEGS = RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
static const uint64_t VD_RX_OFFLOAD_IPV4_CKSUM = RTE_ETH_RX_OFFLOAD_IPV4_CKSUM;
static const uint64_t VD_RX_OFFLOAD_UDP_CKSUM = RTE_ETH_RX_OFFLOAD_UDP_CKSUM;
static const uint64_t VD_RX_OFFLOAD_SCATTER = RTE_ETH_RX_OFFLOAD_SCATTER;

typedef struct vd_port_info {
    char driver[64];
    char device[128];
    uint64_t rx_offloads;
    uint64_t tx_offloads;
    uint64_t rss_fields;
    uint16_t max_rx_queues;
    uint16_t max_tx_queues;
    uint16_t min_mtu;
    uint16_t max_mtu;
    uint16_t rss_table_size;
    uint8_t rss_key_size;
    uint64_t mac;
    int node;
} vd_port_info;

typedef struct vd_port_settings {
    uint16_t rx_queues;
    uint16_t tx_queues;
    uint16_t rx_descriptors;
    uint16_t tx_descriptors;
    uint16_t mtu;
    uint64_t rx_offloads;
    uint64_t tx_offloads;
    /// 0: everything arrives in queue 0, or where the device thinks fit.
    uint64_t rss_fields;
    /// NULL: the device's own. DPDK keeps the pointer: the key must outlive the port.
    const uint8_t *_Nullable rss_key;
    uint8_t rss_key_size;
    bool promiscuous;
    void *_Nonnull pool;
} vd_port_settings;

typedef struct vd_port_statistics {
    uint64_t rx_packets, rx_bytes, tx_packets, tx_bytes, rx_missed, rx_errors, tx_errors, rx_no_mbuf;
} vd_port_statistics;

/// Attaches the device, unless it is there already, and finds its port. 0, or a negative errno.
int vd_port_attach(const char *_Nonnull device_arguments, uint16_t *_Nonnull port);
int vd_port_query(uint16_t port, vd_port_info *_Nonnull info);
/// Fixes queues, offloads and receive side scaling; may be tried again with less. 0, or a negative errno.
int vd_port_configure(uint16_t port, const vd_port_settings *_Nonnull settings);
/// Sets up the queues, sets the MTU and starts a configured port. 0, or a negative errno and in `stage` the name of the step that failed.
int vd_port_start(uint16_t port, const vd_port_settings *_Nonnull settings, const char *_Nullable *_Nonnull stage);
void vd_port_stop(uint16_t port);
/// Stops and detaches the device.
void vd_port_close(uint16_t port);
bool vd_port_link_up(uint16_t port, uint32_t *_Nonnull megabits);
int vd_port_statistics_read(uint16_t port, vd_port_statistics *_Nonnull out);

/// An Ethernet port in memory: what is enqueued on `rx` is received on the port, what the port transmits is dequeued from `tx`.
/// `queues` rings each way. For tests and benchmarks that need exact frames. The port number, or a negative errno.
int vd_memory_port_create(const char *_Nonnull name, void *_Nonnull const *_Nonnull rx, void *_Nonnull const *_Nonnull tx, uint32_t queues, int node);
