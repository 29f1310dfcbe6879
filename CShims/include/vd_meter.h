// A token bucket that several workers share: DPDK's meter (RFC 2697 with one bucket), its state changed as a pair of words.
#pragma once
#include "vd_atomic.h"

#include <rte_meter.h>

/// One cache line, to be allocated at the start of one. A packet costs one token. (Swift imports no type that asks for that by itself.)
typedef struct vd_meter {
    /// Cycles of the last refill, and tokens left: one 16-byte pair.
    uint64_t state[2];
    /// Packets that found no token.
    uint64_t refused;
    /// Tokens a second; 0 = no limit.
    uint64_t rate;
    struct rte_meter_srtcm_profile profile;
} vd_meter;

_Static_assert(sizeof(vd_meter) == 64, "one cache line");

/// A full bucket with `burst` tokens. `rate`: tokens a second, at least 1.
int vd_meter_configure(vd_meter *_Nonnull meter, uint64_t rate, uint64_t burst);

/// Takes a token. `now`: cycles. Between workers the clock may run a little backwards: then no time has passed.
VD_HOT bool vd_meter_take(vd_meter *_Nonnull meter, uint64_t now) {
    if (meter->rate == 0) return true;
    for (int attempt = 0; attempt < 16; attempt++) {
        uint64_t time = vd_load_relaxed_u64(&meter->state[0]), tokens = vd_load_relaxed_u64(&meter->state[1]);
        struct rte_meter_srtcm state = {.time = time, .tc = tokens, .te = 0};
        uint64_t later = (int64_t)(now - time) < 0 ? time : now;
        enum rte_color color = rte_meter_srtcm_color_blind_check(&state, &meter->profile, later, 1);
        if (!vd_compare_exchange_pair(meter->state, time, tokens, state.time, state.tc)) continue;
        if (color == RTE_COLOR_GREEN) return true;
        break;
    }
    vd_fetch_add_u64(&meter->refused, 1);
    return false;
}
