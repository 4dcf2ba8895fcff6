// The inner product of everything: a tile of rows x columns sums held in registers.
#pragma once
#include <cstdint>

#include "simd.h"

namespace moekit {

// 12 of 16 registers hold sums with AVX2, 24 of 32 with AVX-512 and NEON.
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int kTileRows = 8, kTileVectors = 3;
#else
constexpr int kTileRows = 6, kTileVectors = 2;
#endif
constexpr int kTileColumns = kTileVectors * kLanes;

/// The function applied to a finished sum.
enum class Activation { kNone = 0, kRelu = 1 };

/// Where a tile's sums come from and go to.
struct TileOutput {
  float* c;  // first sum, rows `stride` apart
  int64_t stride;
  int columns;            // columns that exist, at most kTileColumns
  bool first;             // sums start here (from the bias), else continue from those in c
  const float* bias;      // of the first column; null for none
  Activation activation;  // applied where these are the last terms
};

template <int ROWS>
using Sums = Vector[ROWS][kTileVectors];

template <int ROWS>
inline void begin_sums(Sums<ROWS>& sums, const TileOutput& out) {
  float edge[ROWS][kTileColumns] = {};
  const bool whole = out.columns == kTileColumns;
  const float* from = out.first ? out.bias : out.c;
  const int64_t stride = out.first ? 0 : out.stride;
  for (int r = 0; r < ROWS; r++) {
    const float* row = from ? from + r * stride : nullptr;
    if (row && !whole) std::memcpy(edge[r], row, sizeof(float) * out.columns);
    if (!row || !whole) row = edge[r];
    for (int v = 0; v < kTileVectors; v++) sums[r][v] = load(row + v * kLanes);
  }
}

template <int ROWS>
inline void end_sums(Sums<ROWS>& sums, const TileOutput& out) {
  float edge[kTileColumns];
  const bool whole = out.columns == kTileColumns;
  for (int r = 0; r < ROWS; r++) {
    float* row = whole ? out.c + r * out.stride : edge;
    for (int v = 0; v < kTileVectors; v++) {
      Vector sum = sums[r][v];
      if (out.activation == Activation::kRelu) sum = sum < 0 ? Vector{} : sum;
      store(row + v * kLanes, sum);
    }
    if (!whole) std::memcpy(out.c + r * out.stride, edge, sizeof(float) * out.columns);
  }
}

/// c += a b, where row r of a begins at a[r] with its terms `STEP` apart, and b is packed [depth, kTileColumns].
template <int ROWS, int STEP>
void multiply_tile(const float* const* a, const float* b, int64_t depth, const TileOutput& out) {
  Sums<ROWS> sums;
  begin_sums<ROWS>(sums, out);
  const float* row[ROWS];
  for (int r = 0; r < ROWS; r++) row[r] = a[r];
  for (int64_t k = 0; k < depth; k++, b += kTileColumns) {
    Vector right[kTileVectors];
    for (int v = 0; v < kTileVectors; v++) right[v] = load(b + v * kLanes);
    for (int r = 0; r < ROWS; r++) {
      const float left = row[r][k * STEP];
      for (int v = 0; v < kTileVectors; v++) sums[r][v] += left * right[v];
    }
  }
  end_sums<ROWS>(sums, out);
}

/// The same for a number of rows that is known only now; each row's sums are the same whatever their number.
template <int STEP, int ROWS = kTileRows>
inline void multiply_rows(int rows, const float* const* a, const float* b, int64_t depth,
                          const TileOutput& out) {
  if (rows == ROWS) return multiply_tile<ROWS, STEP>(a, b, depth, out);
  if constexpr (ROWS > 1) multiply_rows<STEP, ROWS - 1>(rows, a, b, depth, out);
}

}  // namespace moekit
