#include "grouped-outer.h"

#include <vector>

#include "panels.h"
#include "threads.h"

namespace moekit {
namespace {

/// Rows of a block: both sides of it are packed and stay in the second-level cache together.
constexpr int64_t kBlockRows = 256;
static_assert(kBlockRows <= kBlockDepth, "panels hold a block of rows");

/// Columns of x that a part takes.
constexpr int64_t kBlockLeft = 32 * kTileRows;

struct OuterScratch {
  Scratch panels;
  // One tile wider than it need be: a row is stored whole, whatever the tile takes of it.
  alignas(64) float left[kBlockLeft * kBlockRows + 64];
};

/// Columns of x and of y of one expert that one thread multiplies.
struct Part {
  int64_t expert, first, last, first_right, last_right;
};

/// Rows of x as tiles of kTileRows columns: tile i holds [depth, kTileRows].
void pack_left(const GroupedOuter& p, int64_t s, int64_t depth, const Part& part, float* to) {
  const int64_t width = part.last - part.first;
  for (int64_t k = 0; k < depth; k++) {
    const float* row = p.x + (p.x_rows ? p.x_rows[s + k] : s + k) * p.left + part.first;
    for (int64_t i = 0; i < width; i += kTileRows) {
      float* tile = to + i * depth + k * kTileRows;
      const int64_t n = std::min<int64_t>(kTileRows, width - i);
      if (n == kTileRows)
        std::memcpy(tile, row + i, sizeof(float) * kTileRows);
      else
        std::memcpy(tile, row + i, sizeof(float) * n);
    }
  }
}

void multiply_block(const GroupedOuter& p, const OuterScratch& scratch, const Part& part, int64_t n,
                    int64_t columns, int64_t depth, bool first) {
  const float* panel = scratch.panels.right;
  for (int64_t j = 0; j < columns; j += kTileColumns, panel += depth * kTileColumns) {
    TileOutput out{nullptr, p.right, int(std::min<int64_t>(kTileColumns, columns - j)),
                   first,   nullptr, Activation::kNone};
    for (int64_t i = part.first; i < part.last; i += kTileRows) {
      const int rows = int(std::min<int64_t>(kTileRows, part.last - i));
      const float* left[kTileRows];
      for (int r = 0; r < rows; r++) left[r] = scratch.left + (i - part.first) * depth + r;
      out.c = p.out + (part.expert * p.left + i) * p.right + n + j;
      multiply_rows<kTileRows>(rows, left, panel, depth, out);
    }
  }
}

void compute(const GroupedOuter& p, const Part& part) {
  thread_local OuterScratch scratch;
  const int64_t begin = p.offsets[part.expert], end = p.offsets[part.expert + 1];
  if (begin == end) {
    const int64_t width = part.last_right - part.first_right;
    for (int64_t i = part.first; i < part.last; i++)
      std::memset(p.out + (part.expert * p.left + i) * p.right + part.first_right, 0,
                  sizeof(float) * width);
  }
  for (int64_t s = begin; s < end; s += kBlockRows) {
    const int64_t depth = std::min(kBlockRows, end - s);
    pack_left(p, s, depth, part, scratch.left);
    for (int64_t n = part.first_right; n < part.last_right; n += kBlockColumns) {
      const int64_t columns = std::min(kBlockColumns, part.last_right - n);
      for (int64_t k = 0; k < depth; k++)
        pack_row(p.y + (s + k) * p.right + n, columns, depth, k, scratch.panels.right);
      multiply_block(p, scratch, part, n, columns, depth, s == begin);
    }
  }
}

}  // namespace

void grouped_outer(const GroupedOuter& p) {
  const int64_t tall = p.experts * ((p.left + kBlockLeft - 1) / kBlockLeft);
  const int64_t columns =
      columns_of_part(p.right, int64_t{8} * threads() / std::max<int64_t>(1, tall));
  std::vector<Part> parts;
  for (int64_t e = 0; e < p.experts; e++)
    for (int64_t i = 0; i < p.left; i += kBlockLeft)
      for (int64_t n = 0; n < p.right; n += columns)
        parts.push_back(
            {e, i, std::min(i + kBlockLeft, p.left), n, std::min(n + columns, p.right)});
  parallel(int64_t(parts.size()), [&](int64_t i) { compute(p, parts[i]); });
}

void outer_alone(const GroupedOuter& p) {
  for (int64_t e = 0; e < p.experts; e++)
    for (int64_t i = 0; i < p.left; i += kBlockLeft)
      compute(p, {e, i, std::min(i + kBlockLeft, p.left), 0, p.right});
}

}  // namespace moekit
