// Slow path: token buckets.
#include "CShims.h"

#include <string.h>

int vd_meter_configure(vd_meter *meter, uint64_t rate, uint64_t burst) {
    struct rte_meter_srtcm_params params = {.cir = rate, .cbs = burst, .ebs = 0};
    struct rte_meter_srtcm state;
    memset(meter, 0, sizeof *meter);
    int error = rte_meter_srtcm_profile_config(&meter->profile, &params);
    if (error != 0) return error;
    error = rte_meter_srtcm_config(&state, &meter->profile);
    if (error != 0) return error;
    meter->state[0] = state.time;
    meter->state[1] = state.tc;
    meter->rate = rate;
    return 0;
}
