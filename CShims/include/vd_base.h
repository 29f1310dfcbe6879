// Attributes shared by every shim. rte_config.h must come before any other DPDK header.
#pragma once
#include <rte_config.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A function that workers call: always inlined into Swift, and known to the Swift compiler to take no lock and to allocate nothing,
// so that functions marked @_noLocks @_noAllocation may call it.
#define VD_HOT \
    static inline __attribute__((always_inline, unused, swift_attr("@_noLocks"), swift_attr("@_noAllocation")))

// The same promise for an out-of-line function.
#define VD_HOT_EXTERN __attribute__((swift_attr("@_noLocks"), swift_attr("@_noAllocation")))
