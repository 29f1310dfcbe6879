// Time in the packet path is the cycle counter, read once per burst.
#pragma once
#include "vd_base.h"

#include <rte_cycles.h>
#include <rte_pause.h>

VD_HOT uint64_t vd_cycles(void) { return rte_rdtsc(); }
VD_HOT void vd_pause(void) { rte_pause(); }

/// Cycles per second of the counter that vd_cycles reads; valid after EAL has started.
uint64_t vd_cycles_per_second(void);

/// Sleeps, for a worker that has nothing to do. The one system call that a worker makes, and only while it is idle.
VD_HOT_EXTERN void vd_idle_sleep(uint32_t microseconds);
