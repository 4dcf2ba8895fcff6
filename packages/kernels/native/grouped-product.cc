#include "grouped-product.h"

#include <vector>

#include "panels.h"
#include "threads.h"

namespace moekit {
namespace {

/// Fewest rows of a part: its columns of the weights are packed for them alone.
constexpr long kPartRows = 64 * kTileRows;

/// Rows and columns of one expert that one thread computes.
struct Part {
  long expert, first_row, last_row, first_column, last_column;
};

/// Many parts for every thread, of rows first, since a part packs its columns of the weights for itself.
std::vector<Part> parts_of(const GroupedProduct& p) {
  const long wanted = 8L * threads(), total = p.offsets[p.experts];
  const long rows = std::clamp(total / wanted, kPartRows, 2 * kPartRows);
  const long columns = columns_of_part(p.outer, wanted / (p.experts + total / rows));
  std::vector<Part> parts;
  for (long e = 0; e < p.experts; e++)
    for (long s = p.offsets[e]; s < p.offsets[e + 1]; s += rows)
      for (long n = 0; n < p.outer; n += columns)
        parts.push_back({e, s, std::min<long>(s + rows, p.offsets[e + 1]), n,
                         std::min(n + columns, p.outer)});
  return parts;
}

/// Terms [k, k + depth) of columns [n, n + columns) of an expert's weights.
void pack_weights(const GroupedProduct& p, long expert, long n, long columns, long k, long depth,
                  float* panels) {
  const float* w = p.w + expert * p.inner * p.outer;
  if (p.transposed) return pack_transposed(w + n * p.inner + k, p.inner, columns, depth, panels);
  for (long i = 0; i < depth; i++) {
    if (i + kAhead < depth) prefetch(w + (k + i + kAhead) * p.outer + n, columns);
    pack_row(w + (k + i) * p.outer + n, columns, depth, i, panels);
  }
}

/// Rows [first, last) against one block of panels: a tile's rows wait in the first-level cache for all of them.
void multiply_block(const GroupedProduct& p, const float* panels, long first, long last, long n,
                    long columns, long k, long depth, const float* bias) {
  const Activation activation = k + depth == p.inner ? p.activation : Activation::kNone;
  for (long s = first; s < last; s += kTileRows) {
    const int rows = int(std::min<long>(kTileRows, last - s));
    const float* left[kTileRows];
    for (int r = 0; r < rows; r++) left[r] = p.x + (p.rows ? p.rows[s + r] : s + r) * p.inner + k;
    const float* panel = panels;
    for (long j = 0; j < columns; j += kTileColumns, panel += depth * kTileColumns)
      multiply_rows<1>(rows, left, panel, depth,
                       {p.out + s * p.outer + n + j, p.outer,
                        int(std::min<long>(kTileColumns, columns - j)), k == 0,
                        bias ? bias + n + j : nullptr, activation});
  }
}

void compute(const GroupedProduct& p, const Part& part) {
  thread_local Scratch scratch;
  const float* bias = p.bias ? p.bias + part.expert * p.outer : nullptr;
  for (long n = part.first_column; n < part.last_column; n += kBlockColumns) {
    const long columns = std::min(kBlockColumns, part.last_column - n);
    for (long k = 0; k < p.inner; k += kBlockDepth) {
      const long depth = std::min(kBlockDepth, p.inner - k);
      pack_weights(p, part.expert, n, columns, k, depth, scratch.right);
      multiply_block(p, scratch.right, part.first_row, part.last_row, n, columns, k, depth, bias);
    }
  }
}

}  // namespace

void grouped_product(const GroupedProduct& p) {
  const std::vector<Part> parts = parts_of(p);
  parallel(long(parts.size()), [&](long i) { compute(p, parts[i]); });
}

void product_alone(const GroupedProduct& p) {
  for (long e = 0; e < p.experts; e++) compute(p, {e, p.offsets[e], p.offsets[e + 1], 0, p.outer});
}

}  // namespace moekit
