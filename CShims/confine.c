// Slow path: keeping everything but workers off the workers' CPUs.
#define _GNU_SOURCE
#include "CShims.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/types.h>

int vd_process_confine(const int *cpus, size_t count) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (size_t i = 0; i < count; i++) CPU_SET(cpus[i], &set);
    DIR *tasks = opendir("/proc/self/task");
    if (tasks == NULL) return -errno;
    int result = 0;
    for (struct dirent *task = readdir(tasks); task != NULL; task = readdir(tasks)) {
        pid_t thread = (pid_t)strtol(task->d_name, NULL, 10);
        // A thread may have ended meanwhile.
        if (thread > 0 && sched_setaffinity(thread, sizeof set, &set) != 0 && errno != ESRCH) result = -errno;
    }
    closedir(tasks);
    return result;
}
