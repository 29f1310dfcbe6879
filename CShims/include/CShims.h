// Everything that Swift sees of DPDK, libnuma and the kernel.
#pragma once
#include "vd_base.h"

#include "vd_atomic.h"
#include "vd_bond.h"
#include "vd_clock.h"
#include "vd_eal.h"
#include "vd_generator.h"
#include "vd_mbuf.h"
#include "vd_meter.h"
#include "vd_port.h"
#include "vd_ring.h"
#include "vd_rss.h"
#include "vd_simd.h"
