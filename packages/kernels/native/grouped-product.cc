#include "grouped-product.h"

#include <vector>

#include "panels.h"
#include "threads.h"

namespace moekit {
namespace {

/// Rows whose left side stays in the second-level cache while it meets a block of panels.
constexpr long kBlockRows = 32 * kTileRows;

/// Rows and columns of one expert that one thread computes.
struct Part {
  long expert, first_row, last_row, first_column, last_column;
};

/// Many parts for every thread, of rows first, since a part packs its columns of the weights for itself.
std::vector<Part> parts_of(const GroupedProduct& p) {
  const long wanted = 8L * threads(), total = p.offsets[p.experts];
  const long rows = std::clamp(total / wanted, 2 * kBlockRows, 4 * kBlockRows);
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
  for (long i = 0; i < depth; i++)
    pack_row(w + (k + i) * p.outer + n, columns, depth, i, panels);
}

/// Rows [first, last) against one block of panels.
void multiply_block(const GroupedProduct& p, const float* panels, long first, long last, long n,
                    long columns, long k, long depth, const float* bias) {
  for (long j = 0; j < columns; j += kTileColumns, panels += depth * kTileColumns) {
    TileOutput out{nullptr, p.outer, int(std::min<long>(kTileColumns, columns - j)), k == 0,
                   bias ? bias + n + j : nullptr,
                   k + depth == p.inner ? p.activation : Activation::kNone};
    for (long s = first; s < last; s += kTileRows) {
      const int rows = int(std::min<long>(kTileRows, last - s));
      const float* left[kTileRows];
      for (int r = 0; r < rows; r++)
        left[r] = p.x + (p.rows ? p.rows[s + r] : s + r) * p.inner + k;
      out.c = p.out + s * p.outer + n + j;
      multiply_rows<1>(rows, left, panels, depth, out);
    }
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
      for (long s = part.first_row; s < part.last_row; s += kBlockRows)
        multiply_block(p, scratch.right, s, std::min(s + kBlockRows, part.last_row), n, columns, k,
                       depth, bias);
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
