// Slow path: EAL, worker threads, memory.
#define _GNU_SOURCE
#include "CShims.h"

#include <errno.h>
#include <numa.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_launch.h>
#include <rte_log.h>

// The newest part of EAL's log, kept so that a failure can be told in its own words and a good start stays quiet.
enum { LOG_SIZE = 16384 };
static char log_text[LOG_SIZE];
static size_t log_length;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

static ssize_t log_write(void *cookie, const char *text, size_t size) {
    (void)cookie;
    size_t kept = size < LOG_SIZE ? size : LOG_SIZE;
    pthread_mutex_lock(&log_lock);
    if (log_length + kept > LOG_SIZE) {
        size_t dropped = log_length + kept - LOG_SIZE;
        memmove(log_text, log_text + dropped, log_length - dropped);
        log_length -= dropped;
    }
    memcpy(log_text + log_length, text + (size - kept), kept);
    log_length += kept;
    pthread_mutex_unlock(&log_lock);
    return (ssize_t)size;
}

int vd_eal_start(int argc, char **argv) {
    FILE *stream = fopencookie(NULL, "w", (cookie_io_functions_t){.write = log_write});
    if (stream != NULL) {
        setvbuf(stream, NULL, _IOLBF, 0);
        rte_openlog_stream(stream);
    }
    // EAL parses with getopt, whose state is global.
    int result = rte_eal_init(argc, argv);
    return result < 0 ? -(rte_errno != 0 ? rte_errno : EINVAL) : 0;
}

int vd_eal_stop(void) {
    // EAL makes this directory even when it puts nothing into it. It stays when another process has something there.
    char directory[4096] = "";
    const char *runtime = rte_eal_get_runtime_dir();
    if (runtime != NULL) snprintf(directory, sizeof directory, "%s", runtime);
    int result = rte_eal_cleanup();
    if (directory[0] != 0) (void)rmdir(directory);
    return result;
}

size_t vd_eal_log(char *buffer, size_t size) {
    if (size == 0) return 0;
    pthread_mutex_lock(&log_lock);
    size_t kept = log_length < size - 1 ? log_length : size - 1;
    memcpy(buffer, log_text + (log_length - kept), kept);
    pthread_mutex_unlock(&log_lock);
    buffer[kept] = 0;
    return kept;
}

static uint64_t read_number(const char *path) {
    unsigned long long value = 0;
    FILE *file = fopen(path, "r");
    if (file == NULL) return 0;
    if (fscanf(file, "%llu", &value) != 1) value = 0;
    fclose(file);
    return value;
}

uint64_t vd_hugepages_free(void) {
    return 2 * read_number("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages")
        + 1024 * read_number("/sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages");
}

int vd_worker_launch(unsigned lcore, int (*body)(void *), void *argument) { return rte_eal_remote_launch(body, argument, lcore); }

int vd_worker_wait(unsigned lcore) { return rte_eal_wait_lcore(lcore); }

int vd_cpu_node(int cpu) {
    if (numa_available() < 0) return 0;
    int node = numa_node_of_cpu(cpu);
    return node < 0 ? 0 : node;
}

void *vd_memory_allocate(size_t bytes, int node) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return NULL;
    if (bytes >= 4 << 20) madvise(memory, bytes, MADV_HUGEPAGE);
    if (node >= 0 && numa_available() >= 0 && numa_max_node() > 0) numa_tonode_memory(memory, bytes, node);
    return memory;
}

void vd_memory_free(void *memory, size_t bytes) { munmap(memory, bytes); }

uint64_t vd_random(void) {
    uint64_t value = 0;
    while (getrandom(&value, sizeof value, 0) != sizeof value) {
    }
    return value;
}

uint64_t vd_cycles_per_second(void) { return rte_get_tsc_hz(); }

void vd_idle_sleep(uint32_t microseconds) {
    struct timespec time = {.tv_nsec = (long)microseconds * 1000};
    nanosleep(&time, NULL);
}
