// MoekitMatMul: products of matrices and of batches of them, any one side transposed, as grouped products of equal load.
#include "grouped-outer.h"
#include "grouped-product.h"
#include "operation.h"
#include "operations.h"

namespace moekit {
namespace {

struct MatMulAttributes {
  bool transpose_a, transpose_b;
};

/// [0, rows, 2 rows, ...]: every member of the batch has as many rows.
std::vector<int64_t> even_offsets(int64_t batch, int64_t rows) {
  std::vector<int64_t> offsets(batch + 1);
  for (int64_t i = 0; i <= batch; i++) offsets[i] = i * rows;
  return offsets;
}

/// a [...,m,k] (or [...,k,m]) times b [...,k,n] (or [...,n,k]), both with the same leading dimensions.
void matmul(Call& call, const MatMulAttributes& attributes) {
  const Input a = call.input(0), b = call.input(1);
  const bool left = attributes.transpose_a, right = attributes.transpose_b;
  const int rank = a.rank();
  check(rank >= 2 && b.rank() == rank, "a and b must have the same rank, of 2 or more");
  check(!left || !right, "a and b must not both be transposed");
  std::vector<int64_t> dims;
  int64_t batch = 1;
  for (int i = 0; i < rank - 2; i++) {
    check(a.dim(i) == b.dim(i), "a and b must be batches of one shape");
    dims.push_back(a.dim(i));
    batch *= a.dim(i);
  }
  const int64_t m = a.dim(rank - (left ? 1 : 2)), k = a.dim(rank - (left ? 2 : 1));
  const int64_t n = b.dim(rank - (right ? 2 : 1));
  check(b.dim(rank - (right ? 1 : 2)) == k, "a and b must agree on their inner dimension");
  check(k > 0, "the inner dimension must not be 0");
  dims.insert(dims.end(), {m, n});
  float* out = call.output(dims);
  const std::vector<int64_t> offsets = even_offsets(batch, left ? k : m);
  const float *x = a.values<float>(), *y = b.values<float>();
  if (left) return grouped_outer({x, nullptr, y, offsets.data(), out, batch, m, n});
  grouped_product(
      {x, nullptr, offsets.data(), y, nullptr, out, batch, k, n, right, Activation::kNone});
}

}  // namespace

void define_matmul() {
  define<MatMulAttributes, matmul>({"MoekitMatMul", {"a: float", "b: float"}, {"out: float"}},
                                   {{"transpose_a", &MatMulAttributes::transpose_a},
                                    {"transpose_b", &MatMulAttributes::transpose_b}});
}

}  // namespace moekit
