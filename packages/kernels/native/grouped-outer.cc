#include "grouped-outer.h"

#include <vector>

#include "panels.h"
#include "threads.h"

namespace moekit {
namespace {

/// Columns of x that a part takes: packed for a block of rows they stay in the second-level cache.
constexpr long kBlockLeft = 32 * kTileRows;

struct OuterScratch {
  Scratch panels;
  // One tile wider than it need be: a row is stored whole, whatever the tile takes of it.
  alignas(64) float left[kBlockLeft * kBlockDepth + 64];
};

struct Part {
  long expert, first, last;
};

/// Rows of x as tiles of kTileRows columns: tile i holds [depth, kTileRows].
void pack_left(const GroupedOuter& p, long s, long depth, const Part& part, float* to) {
  const long width = part.last - part.first;
  for (long k = 0; k < depth; k++) {
    const float* row = p.x + (p.x_rows ? p.x_rows[s + k] : s + k) * p.left + part.first;
    for (long i = 0; i < width; i += kTileRows) {
      float* tile = to + i * depth + k * kTileRows;
      const long n = std::min<long>(kTileRows, width - i);
      for (long r = 0; r < n; r++) tile[r] = row[i + r];
    }
  }
}

void multiply_block(const GroupedOuter& p, const OuterScratch& scratch, const Part& part, long n,
                    long columns, long depth, bool first) {
  const float* panel = scratch.panels.right;
  for (long j = 0; j < columns; j += kTileColumns, panel += depth * kTileColumns) {
    TileOutput out{nullptr, p.right, int(std::min<long>(kTileColumns, columns - j)), first, nullptr,
                   Activation::kNone};
    for (long i = part.first; i < part.last; i += kTileRows) {
      const int rows = int(std::min<long>(kTileRows, part.last - i));
      const float* left[kTileRows];
      for (int r = 0; r < rows; r++) left[r] = scratch.left + (i - part.first) * depth + r;
      out.c = p.out + (part.expert * p.left + i) * p.right + n + j;
      multiply_rows<kTileRows>(rows, left, panel, depth, out);
    }
  }
}

void compute(const GroupedOuter& p, const Part& part) {
  thread_local OuterScratch scratch;
  const long begin = p.offsets[part.expert], end = p.offsets[part.expert + 1];
  if (begin == end) {
    float* out = p.out + (part.expert * p.left + part.first) * p.right;
    std::memset(out, 0, sizeof(float) * (part.last - part.first) * p.right);
  }
  for (long s = begin; s < end; s += kBlockDepth) {
    const long depth = std::min(kBlockDepth, end - s);
    pack_left(p, s, depth, part, scratch.left);
    for (long n = 0; n < p.right; n += kBlockColumns) {
      const long columns = std::min(kBlockColumns, p.right - n);
      for (long k = 0; k < depth; k++)
        pack_row(p.y + (s + k) * p.right + n, columns, depth, k, scratch.panels.right);
      multiply_block(p, scratch, part, n, columns, depth, s == begin);
    }
  }
}

}  // namespace

void grouped_outer(const GroupedOuter& p) {
  std::vector<Part> parts;
  for (long e = 0; e < p.experts; e++)
    for (long i = 0; i < p.left; i += kBlockLeft)
      parts.push_back({e, i, std::min(i + kBlockLeft, p.left)});
  parallel(long(parts.size()), [&](long i) { compute(p, parts[i]); });
}

}  // namespace moekit
