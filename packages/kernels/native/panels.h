// The right side of a product, copied into panels of kTileColumns columns: what a tile reads lies in one line.
#pragma once
#include <algorithm>

#include "threads.h"
#include "tile.h"

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace moekit {

/// Columns and terms of a block of panels, which stays in the second-level cache.
constexpr long kBlockColumns = kTileColumns * (128 / kTileColumns);
constexpr long kBlockDepth = 512;

/// Columns of one of `wanted` parts as wide as each other, in whole tiles: no narrower than a block, unless threads would
/// go without.
inline long columns_of_part(long outer, long wanted) {
  const long blocks = (outer + kBlockColumns - 1) / kBlockColumns;
  const long tiles = (outer + kTileColumns - 1) / kTileColumns;
  const long most = std::max({1L, blocks, std::min<long>(threads(), tiles)});
  const long cuts = std::clamp(wanted, 1L, most);
  return std::max(1L, (tiles + cuts - 1) / cuts) * kTileColumns;
}

/// A thread's own memory for blocks, aligned to cache lines.
struct Scratch {
  alignas(64) float right[kBlockColumns * kBlockDepth];
};

/// Rows that are asked for before they are packed.
constexpr long kAhead = 8;

/// A row of the right side is short and the next one far from it, which the processor does not foresee.
inline void prefetch(const float* from, long columns) {
  for (long j = 0; j < columns; j += 16) __builtin_prefetch(from + j);
}

/// One row of the right side: `columns` numbers, into row k of every panel; the rest of the last panel is zero.
inline void pack_row(const float* from, long columns, long depth, long k, float* panels) {
  for (long j = 0; j < columns; j += kTileColumns, panels += depth * kTileColumns) {
    float* to = panels + k * kTileColumns;
    const long n = std::min<long>(kTileColumns, columns - j);
    if (n == kTileColumns) {
      std::memcpy(to, from + j, sizeof(float) * kTileColumns);
    } else {
      std::memcpy(to, from + j, sizeof(float) * n);
      std::memset(to + n, 0, sizeof(float) * (kTileColumns - n));
    }
  }
}

/// Four terms of four columns, whose terms lie `stride` apart by column, exchanged into panel rows.
inline void pack_square(const float* from, long stride, float* to) {
#if defined(__SSE__)
  __m128 a = _mm_loadu_ps(from), b = _mm_loadu_ps(from + stride);
  __m128 c = _mm_loadu_ps(from + 2 * stride), d = _mm_loadu_ps(from + 3 * stride);
  _MM_TRANSPOSE4_PS(a, b, c, d);
  _mm_storeu_ps(to, a);
  _mm_storeu_ps(to + kTileColumns, b);
  _mm_storeu_ps(to + 2 * kTileColumns, c);
  _mm_storeu_ps(to + 3 * kTileColumns, d);
#else
  for (int k = 0; k < 4; k++)
    for (int j = 0; j < 4; j++) to[k * kTileColumns + j] = from[j * stride + k];
#endif
}

/// A transposed right side: term k of column j is from[j * stride + k].
inline void pack_transposed(const float* from, long stride, long columns, long depth,
                            float* panels) {
  for (long j0 = 0; j0 < columns; j0 += kTileColumns, panels += depth * kTileColumns) {
    const long n = std::min<long>(kTileColumns, columns - j0);
    long k = 0;
    if (n == kTileColumns) {
      for (; k + 4 <= depth; k += 4)
        for (long j = 0; j < kTileColumns; j += 4)
          pack_square(from + (j0 + j) * stride + k, stride, panels + k * kTileColumns + j);
    }
    for (; k < depth; k++)
      for (long j = 0; j < kTileColumns; j++)
        panels[k * kTileColumns + j] = j < n ? from[(j0 + j) * stride + k] : 0;
  }
}

}  // namespace moekit
