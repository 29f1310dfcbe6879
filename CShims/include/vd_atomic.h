// Atomic access to table memory. Tables are raw memory shared by workers and control; every shared word goes through these.
#pragma once
#include "vd_base.h"

VD_HOT uint64_t vd_load_relaxed_u64(const uint64_t *_Nonnull p) { return __atomic_load_n(p, __ATOMIC_RELAXED); }
VD_HOT uint64_t vd_load_acquire_u64(const uint64_t *_Nonnull p) { return __atomic_load_n(p, __ATOMIC_ACQUIRE); }
VD_HOT void vd_store_release_u64(uint64_t *_Nonnull p, uint64_t v) { __atomic_store_n(p, v, __ATOMIC_RELEASE); }
VD_HOT void vd_store_relaxed_u64(uint64_t *_Nonnull p, uint64_t v) { __atomic_store_n(p, v, __ATOMIC_RELAXED); }
VD_HOT uint64_t vd_fetch_add_u64(uint64_t *_Nonnull p, uint64_t v) { return __atomic_fetch_add(p, v, __ATOMIC_RELAXED); }

VD_HOT uint32_t vd_load_acquire_u32(const uint32_t *_Nonnull p) { return __atomic_load_n(p, __ATOMIC_ACQUIRE); }
VD_HOT void vd_store_release_u32(uint32_t *_Nonnull p, uint32_t v) { __atomic_store_n(p, v, __ATOMIC_RELEASE); }

VD_HOT uint16_t vd_load_acquire_u16(const uint16_t *_Nonnull p) { return __atomic_load_n(p, __ATOMIC_ACQUIRE); }
VD_HOT void vd_store_release_u16(uint16_t *_Nonnull p, uint16_t v) { __atomic_store_n(p, v, __ATOMIC_RELEASE); }

VD_HOT void *_Nullable vd_load_acquire_pointer(void *_Nullable const *_Nonnull p) { return __atomic_load_n(p, __ATOMIC_ACQUIRE); }
VD_HOT void vd_store_release_pointer(void *_Nullable *_Nonnull p, void *_Nullable v) { __atomic_store_n(p, v, __ATOMIC_RELEASE); }

/// A worker's report of a quiescent state: nothing that it reads afterwards may be read before this store is visible to control.
VD_HOT void vd_store_sequential_u64(uint64_t *_Nonnull p, uint64_t v) {
    __atomic_store_n(p, v, __ATOMIC_SEQ_CST);
#if !defined(__x86_64__)
    // On x86-64 this store is a full barrier. Elsewhere acquire loads may pass it: on ARM64, those that compile to ldapr.
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}
/// Control's side: its publication is visible before it reads those reports.
VD_HOT void vd_fence(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

/// Replaces the pair (low, high) at a 16-byte aligned address if it still holds the expected pair.
/// Two writers rely on it that at least one of them sees what the other has written when it looks at the other's slot afterwards:
/// cmpxchg16b and ARM64's caspal are full barriers.
VD_HOT bool vd_compare_exchange_pair(uint64_t *_Nonnull p, uint64_t expected_low, uint64_t expected_high, uint64_t low, uint64_t high) {
    unsigned __int128 expected = (unsigned __int128)expected_high << 64 | expected_low;
    unsigned __int128 desired = (unsigned __int128)high << 64 | low;
    return __sync_bool_compare_and_swap((unsigned __int128 *)p, expected, desired);
}

/// A spin lock for a transmit queue that several workers must share, because the device has fewer queues than there are workers.
VD_HOT bool vd_try_lock(uint32_t *_Nonnull p) { return __atomic_exchange_n(p, 1, __ATOMIC_ACQUIRE) == 0; }
VD_HOT void vd_unlock(uint32_t *_Nonnull p) { __atomic_store_n(p, 0, __ATOMIC_RELEASE); }
