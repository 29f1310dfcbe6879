// Vector instructions where Swift's own vectors compile to more of them.
#pragma once
#include "vd_base.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/// Whether one of the four words at a 16-byte aligned address is `value`.
VD_HOT bool vd_any_equal_u32x4(const void *_Nonnull words, uint32_t value) {
#ifdef __SSE2__
    return _mm_movemask_epi8(_mm_cmpeq_epi32(_mm_load_si128((const __m128i *)words), _mm_set1_epi32((int)value))) != 0;
#else
    const uint32_t *w = (const uint32_t *)words;
    return ((w[0] == value) | (w[1] == value) | (w[2] == value) | (w[3] == value)) != 0;
#endif
}
