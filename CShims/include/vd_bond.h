// Several devices as one: DPDK's net_bonding.
#pragma once
#include "vd_base.h"

#define VD_BOND_MEMBERS_MAX 8

/// Makes a device of `count` devices, which must not be started. `mode` and `policy`: as DPDK numbers them. On failure, *stage says which step, and nothing is left.
int vd_bond_create(
    const char *_Nonnull name, uint8_t mode, uint8_t policy, const uint16_t *_Nonnull members, uint16_t count, int node,
    uint16_t *_Nonnull port, const char *_Nullable *_Nonnull stage);

/// The members of a bond that carry traffic at present, as a set of bits by position in `members`.
uint32_t vd_bond_active(uint16_t port, const uint16_t *_Nonnull members, uint16_t count);

/// Takes what has come to the members of an active-backup bond that carry nothing, and drops it: else it would be received once one of them takes over, long after
/// it was sent. `queue`: one that only the caller receives from. Returns the number of packets.
VD_HOT_EXTERN uint16_t vd_bond_drain_standby(uint16_t port, uint16_t queue);

static const uint8_t VD_BOND_ACTIVE_BACKUP = 1;
static const uint8_t VD_BOND_BALANCE = 2;
static const uint8_t VD_BOND_LACP = 4;
static const uint8_t VD_BOND_HASH_L2 = 0;
static const uint8_t VD_BOND_HASH_L23 = 1;
static const uint8_t VD_BOND_HASH_L34 = 2;
