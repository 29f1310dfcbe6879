// DPDK's environment: start, worker threads, memory on a NUMA node.
#pragma once
#include "vd_base.h"

/// Starts EAL with the given arguments. 0, or a negative errno; vd_eal_log then tells why.
int vd_eal_start(int argc, char *_Nullable *_Nonnull argv);
int vd_eal_stop(void);
/// Copies the newest part of what EAL and the drivers have logged. Returns the number of bytes, without the closing zero.
size_t vd_eal_log(char *_Nonnull buffer, size_t size);
/// Free 2 MiB and 1 GiB hugepages, in MiB.
uint64_t vd_hugepages_free(void);

/// Lets every thread of the process run on these CPUs only; threads made later inherit it. 0, or a negative errno.
int vd_process_confine(const int *_Nonnull cpus, size_t count);

/// Runs `body` on an EAL worker; returns at once. 0, or a negative errno.
int vd_worker_launch(unsigned lcore, int (*_Nonnull body)(void *_Nullable), void *_Nullable argument);
/// Waits for the end of that function.
int vd_worker_wait(unsigned lcore);

/// NUMA node of a CPU; 0 where the machine has no NUMA.
int vd_cpu_node(int cpu);
/// Zeroed memory for a table, on `node` if it is not negative, on transparent huge pages where the kernel gives them; pages are taken on first touch.
void *_Nullable vd_memory_allocate(size_t bytes, int node);
void vd_memory_free(void *_Nonnull memory, size_t bytes);
/// 64 bits that nobody outside can guess.
uint64_t vd_random(void);
