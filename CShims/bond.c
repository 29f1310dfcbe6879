// Slow path: bonds.
#include "CShims.h"
#include "kernel_interface.h"

#include <errno.h>
#include <string.h>

#include <rte_eth_bond.h>
#include <rte_eth_bond_8023ad.h>
#include <rte_ethdev.h>

static const uint32_t link_poll_milliseconds = 100;

// net_tap says that it tells of its link when that changes, and never does (DPDK 22.11): a bond would wait for it for ever. Without that promise the bond looks itself,
// every link_poll_milliseconds. ethdev hands out the promise's own memory.
static void mistrust(uint16_t port) {
    struct rte_eth_dev_info device;
    if (rte_eth_dev_info_get(port, &device) != 0 || strcmp(device.driver_name, "net_tap") != 0) return;
    *(uint32_t *)(uintptr_t)device.dev_flags &= ~(uint32_t)RTE_ETH_DEV_INTR_LSC;
}

int vd_bond_create(
    const char *name, uint8_t mode, uint8_t policy, const uint16_t *members, uint16_t count, int node, uint16_t *port, const char **stage) {
    *stage = "make the bond";
    int bond = rte_eth_bond_create(name, mode, (uint8_t)(node < 0 ? 0 : node));
    if (bond < 0) return bond;
    *port = (uint16_t)bond;
    int result = 0;
    for (uint16_t i = 0; result == 0 && i < count; i++) {
        *stage = "add a member to the bond";
        mistrust(members[i]);
        result = rte_eth_bond_slave_add(*port, members[i]);
    }
    if (result == 0 && mode != VD_BOND_ACTIVE_BACKUP) {
        *stage = "choose how the bond spreads packets";
        result = rte_eth_bond_xmit_policy_set(*port, policy);
    }
    if (result == 0) {
        *stage = "watch the links of the bond";
        result = rte_eth_bond_link_monitoring_set(*port, link_poll_milliseconds);
    }
    if (result != 0) (void)rte_eth_bond_free(name);
    return result;
}

static bool has_lacp_partner(uint16_t port, uint16_t member) {
    struct rte_eth_bond_8023ad_slave_info info;
    if (rte_eth_bond_8023ad_slave_info(port, member, &info) != 0) return false;
    return (info.actor_state & STATE_COLLECTING) != 0 && (info.actor_state & STATE_DISTRIBUTING) != 0;
}

uint32_t vd_bond_active(uint16_t port, const uint16_t *members, uint16_t count) {
    uint16_t active[RTE_MAX_ETHPORTS];
    int number = rte_eth_bond_active_slaves_get(port, active, RTE_MAX_ETHPORTS);
    int mode = rte_eth_bond_mode_get(port);
    int primary = mode == VD_BOND_ACTIVE_BACKUP ? rte_eth_bond_primary_get(port) : -1;
    uint32_t bits = 0;
    for (int a = 0; a < number; a++)
        for (uint16_t i = 0; i < count; i++) {
            if (members[i] != active[a] || (primary >= 0 && active[a] != primary)) continue;
            if (mode != VD_BOND_LACP || has_lacp_partner(port, members[i])) bits |= 1u << i;
        }
    return bits;
}

uint16_t vd_bond_drain_standby(uint16_t port, uint16_t queue) {
    enum { burst = 32, bursts = 32 };
    uint16_t members[RTE_MAX_ETHPORTS];
    int count = rte_eth_bond_slaves_get(port, members, RTE_MAX_ETHPORTS);
    int primary = rte_eth_bond_primary_get(port);
    uint16_t total = 0;
    for (int i = 0; i < count; i++) {
        if (members[i] == primary) continue;
        for (int b = 0; b < bursts; b++) {
            struct rte_mbuf *packets[burst];
            uint16_t received = rte_eth_rx_burst(members[i], queue, packets, burst);
            rte_pktmbuf_free_bulk(packets, received);
            total = (uint16_t)(total + received);
            if (received < burst) break;
        }
    }
    return total;
}

bool vd_is_bond(uint16_t port) { return rte_eth_bond_mode_get(port) >= 0; }

uint16_t vd_bond_ethdev_mtu(uint16_t port, uint16_t mtu) {
    uint16_t members[RTE_MAX_ETHPORTS];
    int count = rte_eth_bond_slaves_get(port, members, RTE_MAX_ETHPORTS);
    uint16_t least = mtu;
    for (int i = 0; i < count; i++) {
        struct rte_eth_dev_info device;
        if (rte_eth_dev_info_get(members[i], &device) != 0 || device.if_index == 0) continue;
        uint16_t own = vd_ethdev_mtu(&device, mtu);
        if (own < least) least = own;
    }
    return least;
}

int vd_bond_kernel_mtu_set(uint16_t port, uint16_t mtu) {
    uint16_t members[RTE_MAX_ETHPORTS];
    int count = rte_eth_bond_slaves_get(port, members, RTE_MAX_ETHPORTS);
    int result = 0;
    for (int i = 0; result == 0 && i < count; i++) {
        struct rte_eth_dev_info device;
        if (rte_eth_dev_info_get(members[i], &device) == 0 && vd_understates_frames(&device, mtu))
            result = vd_kernel_mtu_set(members[i], &device, mtu);
    }
    return result;
}
