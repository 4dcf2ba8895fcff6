// The right side of a product, copied into panels of kTileColumns columns, so that a tile reads consecutive memory.
#pragma once
#include <algorithm>

#include "threads.h"
#include "tile.h"

#if defined(__SSE__)
#include <xmmintrin.h>

#include <cstdint>
#endif

namespace moekit {

/// Columns and terms of a block of panels, which stays in the second-level cache.
constexpr int64_t kBlockColumns = kTileColumns * (128 / kTileColumns);
constexpr int64_t kBlockDepth = 512;

/// Columns of one of `wanted` parts as wide as each other, in whole tiles: no narrower than a block, unless threads would
/// go without.
inline int64_t columns_of_part(int64_t outer, int64_t wanted) {
  const int64_t blocks = (outer + kBlockColumns - 1) / kBlockColumns;
  const int64_t tiles = (outer + kTileColumns - 1) / kTileColumns;
  const int64_t most = std::max<int64_t>({1, blocks, std::min<int64_t>(threads(), tiles)});
  const int64_t cuts = std::clamp<int64_t>(wanted, 1, most);
  return std::max<int64_t>(1, (tiles + cuts - 1) / cuts) * kTileColumns;
}

/// A thread's own memory for blocks, aligned to cache lines.
struct Scratch {
  alignas(64) float right[kBlockColumns * kBlockDepth];
};

/// Rows that are asked for before they are packed.
constexpr int64_t kAhead = 8;

/// A row of the right side is short and the next one far from it, which the processor does not foresee.
inline void prefetch(const float* from, int64_t columns) {
  for (int64_t j = 0; j < columns; j += 16) __builtin_prefetch(from + j);
}

/// One row of the right side: `columns` numbers, into row k of every panel; the rest of the last panel is zero.
inline void pack_row(const float* from, int64_t columns, int64_t depth, int64_t k, float* panels) {
  for (int64_t j = 0; j < columns; j += kTileColumns, panels += depth * kTileColumns) {
    float* to = panels + k * kTileColumns;
    const int64_t n = std::min<int64_t>(kTileColumns, columns - j);
    if (n == kTileColumns) {
      std::memcpy(to, from + j, sizeof(float) * kTileColumns);
    } else {
      std::memcpy(to, from + j, sizeof(float) * n);
      std::memset(to + n, 0, sizeof(float) * (kTileColumns - n));
    }
  }
}

/// Four terms of four columns, whose terms lie `stride` apart by column, exchanged into panel rows.
inline void pack_square(const float* from, int64_t stride, float* to) {
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
inline void pack_transposed(const float* from, int64_t stride, int64_t columns, int64_t depth,
                            float* panels) {
  for (int64_t j0 = 0; j0 < columns; j0 += kTileColumns, panels += depth * kTileColumns) {
    const int64_t n = std::min<int64_t>(kTileColumns, columns - j0);
    int64_t k = 0;
    if (n == kTileColumns) {
      for (; k + 4 <= depth; k += 4)
        for (int64_t j = 0; j < kTileColumns; j += 4)
          pack_square(from + (j0 + j) * stride + k, stride, panels + k * kTileColumns + j);
    }
    for (; k < depth; k++)
      for (int64_t j = 0; j < kTileColumns; j++)
        panels[k * kTileColumns + j] = j < n ? from[(j0 + j) * stride + k] : 0;
  }
}

}  // namespace moekit
