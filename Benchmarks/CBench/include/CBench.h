// What only benchmarks need of DPDK: rte_hash to compare with, receive callbacks, exact cycle counts, the memory of a pool.
#pragma once
#include "CShims.h"

#include <rte_hash.h>

/// The cycle counter, read when everything before has been executed and before anything after is.
VD_HOT uint64_t vd_cycles_fenced(void) {
#if defined(__x86_64__)
    // Not rte_rdtsc_precise, whose mfence waits for stores to leave the core, too: forwarding never does.
    __builtin_ia32_lfence();
    uint64_t cycles = rte_rdtsc();
    __builtin_ia32_lfence();
    return cycles;
#else
    return rte_rdtsc_precise();
#endif
}

/// `rte_hash` set up for what the gateway's tables do: readers without locks beside writers, CRC, keys of `key_bytes` bytes, a 64-bit value
/// for each. NULL when there is no memory.
void *_Nullable vd_hash_create(const char *_Nonnull name, uint32_t slots, uint32_t key_bytes);
void vd_hash_free(void *_Nonnull hash);
void vd_hash_clear(void *_Nonnull hash);
/// Adds a key or replaces its value. False when there is no room.
bool vd_hash_put(void *_Nonnull hash, const void *_Nonnull key, uint64_t value);

/// Looks up at most 64 keys that stand `key_bytes` apart. Bit i of the result: key i was found, its value is in `values`.
VD_HOT uint64_t vd_hash_lookup(
    const void *_Nonnull hash, const void *_Nonnull keys, uint32_t key_bytes, uint32_t count, uint64_t *_Nonnull values) {
    const void *pointers[RTE_HASH_LOOKUP_BULK_MAX];
    uint64_t found = 0;
    for (uint32_t i = 0; i < count; i++) pointers[i] = (const uint8_t *)keys + i * key_bytes;
    (void)rte_hash_lookup_bulk_data((const struct rte_hash *)hash, pointers, count, &found, (void **)values);
    return found;
}

/// Called with each burst that a queue receives; returns how many of the packets are left.
typedef uint16_t (*vd_receive_callback)(
    uint16_t port, uint16_t queue, vd_mbuf *_Nullable *_Nonnull packets, uint16_t count, uint16_t room, void *_Nonnull context);
/// Before the port is polled. False when DPDK refuses.
bool vd_receive_callback_add(uint16_t port, uint16_t queue, vd_receive_callback _Nonnull body, void *_Nonnull context);

/// Bytes of memory that a packet pool's buffers take.
uint64_t vd_pool_bytes(void *_Nonnull pool);
