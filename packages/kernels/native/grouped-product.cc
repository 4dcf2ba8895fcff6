#include "grouped-product.h"

#include <vector>

#include "panels.h"
#include "threads.h"

namespace moekit {
namespace {

/// Fewest rows of a part: its columns of the weights are packed for them alone.
constexpr int64_t kPartRows = 64 * kTileRows;

/// Rows and columns of one expert that one thread computes.
struct Part {
  int64_t expert, first_row, last_row, first_column, last_column;
};

/// Many parts for every thread, of rows first, since a part packs its columns of the weights for itself.
std::vector<Part> parts_of(const GroupedProduct& p) {
  const int64_t wanted = int64_t{8} * threads(), total = p.offsets[p.experts];
  const int64_t rows = std::clamp(total / wanted, kPartRows, 2 * kPartRows);
  const int64_t columns = columns_of_part(p.outer, wanted / (p.experts + total / rows));
  std::vector<Part> parts;
  for (int64_t e = 0; e < p.experts; e++)
    for (int64_t s = p.offsets[e]; s < p.offsets[e + 1]; s += rows)
      for (int64_t n = 0; n < p.outer; n += columns)
        parts.push_back({e, s, std::min<int64_t>(s + rows, p.offsets[e + 1]), n,
                         std::min(n + columns, p.outer)});
  return parts;
}

/// Terms [k, k + depth) of columns [n, n + columns) of an expert's weights.
void pack_weights(const GroupedProduct& p, int64_t expert, int64_t n, int64_t columns, int64_t k,
                  int64_t depth, float* panels) {
  const float* w = p.w + expert * p.inner * p.outer;
  if (p.transposed) return pack_transposed(w + n * p.inner + k, p.inner, columns, depth, panels);
  for (int64_t i = 0; i < depth; i++) {
    if (i + kAhead < depth) prefetch(w + (k + i + kAhead) * p.outer + n, columns);
    pack_row(w + (k + i) * p.outer + n, columns, depth, i, panels);
  }
}

/// Rows [first, last) against one block of panels: a tile's rows wait in the first-level cache for all of them.
void multiply_block(const GroupedProduct& p, const float* panels, int64_t first, int64_t last,
                    int64_t n, int64_t columns, int64_t k, int64_t depth, const float* bias) {
  const Activation activation = k + depth == p.inner ? p.activation : Activation::kNone;
  for (int64_t s = first; s < last; s += kTileRows) {
    const int rows = int(std::min<int64_t>(kTileRows, last - s));
    const float* left[kTileRows];
    for (int r = 0; r < rows; r++) left[r] = p.x + (p.rows ? p.rows[s + r] : s + r) * p.inner + k;
    const float* panel = panels;
    for (int64_t j = 0; j < columns; j += kTileColumns, panel += depth * kTileColumns)
      multiply_rows<1>(
          rows, left, panel, depth,
          {p.out + s * p.outer + n + j, p.outer, int(std::min<int64_t>(kTileColumns, columns - j)),
           k == 0, bias ? bias + n + j : nullptr, activation});
  }
}

void compute(const GroupedProduct& p, const Part& part) {
  thread_local Scratch scratch;
  const float* bias = p.bias ? p.bias + part.expert * p.outer : nullptr;
  for (int64_t n = part.first_column; n < part.last_column; n += kBlockColumns) {
    const int64_t columns = std::min(kBlockColumns, part.last_column - n);
    for (int64_t k = 0; k < p.inner; k += kBlockDepth) {
      const int64_t depth = std::min(kBlockDepth, p.inner - k);
      pack_weights(p, part.expert, n, columns, k, depth, scratch.right);
      multiply_block(p, scratch.right, part.first_row, part.last_row, n, columns, k, depth, bias);
    }
  }
}

}  // namespace

void grouped_product(const GroupedProduct& p) {
  const std::vector<Part> parts = parts_of(p);
  parallel(int64_t(parts.size()), [&](int64_t i) { compute(p, parts[i]); });
}

void product_alone(const GroupedProduct& p) {
  for (int64_t e = 0; e < p.experts; e++)
    compute(p, {e, p.offsets[e], p.offsets[e + 1], 0, p.outer});
}

}  // namespace moekit
