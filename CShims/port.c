// Slow path: finding, starting, asking and closing Ethernet devices.
#include "CShims.h"
#include "kernel_interface.h"

#include <errno.h>
#include <string.h>

#include <rte_bus_vdev.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_eth_ring.h>

static void device_name(const char *arguments, char *name, size_t size) {
    size_t length = strcspn(arguments, ",");
    if (length >= size) length = size - 1;
    memcpy(name, arguments, length);
    name[length] = 0;
}

int vd_port_attach(const char *device_arguments, uint16_t *port) {
    char name[RTE_ETH_NAME_MAX_LEN];
    device_name(device_arguments, name, sizeof name);
    if (rte_eth_dev_get_port_by_name(name, port) == 0) return 0;
    int result = rte_dev_probe(device_arguments);
    if (result < 0) return result;
    return rte_eth_dev_get_port_by_name(name, port);
}

int vd_port_query(uint16_t port, vd_port_info *info) {
    struct rte_eth_dev_info device;
    int result = rte_eth_dev_info_get(port, &device);
    if (result < 0) return result;
    memset(info, 0, sizeof *info);
    if (device.driver_name != NULL) strncpy(info->driver, device.driver_name, sizeof info->driver - 1);
    rte_eth_dev_get_name_by_port(port, info->device);
    info->rx_offloads = device.rx_offload_capa;
    info->tx_offloads = device.tx_offload_capa;
    info->rss_fields = device.flow_type_rss_offloads;
    info->max_rx_queues = device.max_rx_queues;
    info->max_tx_queues = device.max_tx_queues;
    info->min_mtu = device.min_mtu;
    info->max_mtu = device.max_mtu;
    info->rss_table_size = device.reta_size;
    info->rss_key_size = device.hash_key_size;
    info->node = rte_eth_dev_socket_id(port);
    struct rte_ether_addr mac;
    if (rte_eth_macaddr_get(port, &mac) == 0) memcpy(&info->mac, mac.addr_bytes, sizeof mac.addr_bytes);
    return 0;
}

int vd_port_configure(uint16_t port, const vd_port_settings *settings) {
    struct rte_eth_dev_info device;
    int result = rte_eth_dev_info_get(port, &device);
    if (result < 0) return result;
    uint16_t mtu = vd_understates_frames(&device, settings->mtu) ? vd_ethdev_mtu(&device, settings->mtu)
                                                                 : vd_bond_ethdev_mtu(port, settings->mtu);
    struct rte_eth_conf configuration = {
        .rxmode = {.mtu = mtu, .offloads = settings->rx_offloads},
        .txmode = {.offloads = settings->tx_offloads},
    };
    if (settings->rss_fields != 0) {
        configuration.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
        configuration.rx_adv_conf.rss_conf = (struct rte_eth_rss_conf){
            // Not const in DPDK because queries write into it.
            .rss_key = (uint8_t *)(uintptr_t)settings->rss_key,
            .rss_key_len = settings->rss_key == NULL ? 0 : settings->rss_key_size,
            .rss_hf = settings->rss_fields,
        };
    }
    return rte_eth_dev_configure(port, settings->rx_queues, settings->tx_queues, &configuration);
}

int vd_port_start(uint16_t port, const vd_port_settings *settings, const char **stage) {
    *stage = "tell its capabilities";
    struct rte_eth_dev_info device;
    int result = rte_eth_dev_info_get(port, &device);
    if (result < 0) return result;
    bool understates = vd_understates_frames(&device, settings->mtu);
    uint16_t mtu = understates ? vd_ethdev_mtu(&device, settings->mtu) : vd_bond_ethdev_mtu(port, settings->mtu);

    uint16_t rx_descriptors = settings->rx_descriptors, tx_descriptors = settings->tx_descriptors;
    *stage = "set descriptor counts";
    result = rte_eth_dev_adjust_nb_rx_tx_desc(port, &rx_descriptors, &tx_descriptors);
    if (result < 0) return result;

    int node = rte_eth_dev_socket_id(port);
    for (uint16_t queue = 0; queue < settings->tx_queues; queue++) {
        *stage = "set up a transmit queue";
        result = rte_eth_tx_queue_setup(port, queue, tx_descriptors, (unsigned)node, NULL);
        if (result < 0) return result;
    }
    for (uint16_t queue = 0; queue < settings->rx_queues; queue++) {
        *stage = "set up a receive queue";
        result = rte_eth_rx_queue_setup(port, queue, rx_descriptors, (unsigned)node, NULL, (struct rte_mempool *)settings->pool);
        if (result < 0) return result;
    }
    // A bond passes it on to its members when it configures them, which is when it starts.
    if (!vd_is_bond(port)) {
        *stage = "set the MTU";
        result = rte_eth_dev_set_mtu(port, mtu);
        if (result < 0 && result != -ENOTSUP) return result;
    }
    *stage = "start";
    result = rte_eth_dev_start(port);
    if (result < 0) return result;
    *stage = "set the MTU";
    result = understates ? vd_kernel_mtu_set(port, &device, settings->mtu) : vd_bond_kernel_mtu_set(port, settings->mtu);
    if (result < 0) return result;
    // Devices without these modes receive everything anyway.
    if (settings->promiscuous) (void)rte_eth_promiscuous_enable(port);
    (void)rte_eth_allmulticast_enable(port);
    return 0;
}

void vd_port_stop(uint16_t port) { (void)rte_eth_dev_stop(port); }

void vd_port_close(uint16_t port) {
    struct rte_eth_dev_info info;
    bool known = rte_eth_dev_info_get(port, &info) == 0;
    (void)rte_eth_dev_stop(port);
    (void)rte_eth_dev_close(port);
    if (known && info.device != NULL) (void)rte_dev_remove(info.device);
}

bool vd_port_link_up(uint16_t port, uint32_t *megabits) {
    struct rte_eth_link link = {0};
    *megabits = 0;
    if (rte_eth_link_get_nowait(port, &link) < 0) return false;
    *megabits = link.link_speed == RTE_ETH_SPEED_NUM_UNKNOWN ? 0 : link.link_speed;
    return link.link_status == RTE_ETH_LINK_UP || vd_interface_is_elsewhere(port);
}

int vd_port_statistics_read(uint16_t port, vd_port_statistics *out) {
    struct rte_eth_stats stats;
    int result = rte_eth_stats_get(port, &stats);
    if (result < 0) return result;
    *out = (vd_port_statistics){
        .rx_packets = stats.ipackets,
        .rx_bytes = stats.ibytes,
        .tx_packets = stats.opackets,
        .tx_bytes = stats.obytes,
        .rx_missed = stats.imissed,
        .rx_errors = stats.ierrors,
        .tx_errors = stats.oerrors,
        .rx_no_mbuf = stats.rx_nombuf,
    };
    return 0;
}

int vd_memory_port_create(const char *name, void *const *rx, void *const *tx, uint32_t queues, int node) {
    int port = rte_eth_from_rings(name, (struct rte_ring *const *)rx, queues, (struct rte_ring *const *)tx, queues, (unsigned)node);
    return port < 0 ? -(rte_errno != 0 ? rte_errno : EINVAL) : port;
}
