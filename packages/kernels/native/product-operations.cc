// MoekitGroupedProduct and MoekitGroupedOuter: shapes checked, then computed.
#include "grouped-outer.h"
#include "grouped-product.h"
#include "operation.h"
#include "operations.h"

namespace moekit {
namespace {

struct ProductAttributes {
  bool transposed;
  int32_t activation;
};

/// Offsets of E experts, ascending from 0. @returns the rows they cover
int64_t check_offsets(const Input& offsets) {
  const int64_t experts = offsets.size() - 1;
  check(experts >= 0, "offsets must have an entry more than there are experts");
  const int64_t* values = offsets.values<int64_t>();
  check(values[0] == 0, "offsets must begin with 0");
  for (int64_t e = 0; e < experts; e++) check(values[e] <= values[e + 1], "offsets must not fall");
  return values[experts];
}

/// Rows of a result that are read from `available` others by index, or are those where there is no index.
void check_rows(const Input& rows, int64_t wanted, int64_t available) {
  if (wanted == 0) return;
  if (rows.size() == 0) return check(wanted == available, "x must have the rows of the plan");
  check(rows.size() == wanted, "rows must name one row of x for each row of the plan");
  const int64_t* values = rows.values<int64_t>();
  for (int64_t s = 0; s < wanted; s++)
    check(values[s] >= 0 && values[s] < available, "a row of x that does not exist");
}

void product(Call& call, const ProductAttributes& attributes) {
  const Input x = call.input(0), w = call.input(1), bias = call.input(2);
  const Input rows = call.input(3), offsets = call.input(4);
  const bool transposed = attributes.transposed;
  check(x.rank() == 2 && w.rank() == 3, "x must be [T,K] and w [E,K,N]");
  const int64_t experts = w.dim(0), inner = w.dim(transposed ? 2 : 1),
                outer = w.dim(transposed ? 1 : 2);
  check(x.dim(1) == inner, "x and w must agree on K");
  check(offsets.size() == experts + 1, "offsets must be [E+1]");
  check(bias.size() == 0 || bias.size() == experts * outer, "bias must be [E,N]");
  const int64_t count = check_offsets(offsets);
  check_rows(rows, count, x.dim(0));
  float* out = call.output({count, outer});
  if (inner == 0) throw Failure{"K must not be 0"};
  grouped_product({x.values<float>(), rows.optional<int64_t>(), offsets.values<int64_t>(),
                   w.values<float>(), bias.optional<float>(), out, experts, inner, outer,
                   transposed, Activation(attributes.activation)});
}

void outer(Call& call, const NoAttributes&) {
  const Input x = call.input(0), y = call.input(1), rows = call.input(2), offsets = call.input(3);
  check(x.rank() == 2 && y.rank() == 2, "x must be [T,A] and y [S,B]");
  const int64_t count = check_offsets(offsets), experts = offsets.size() - 1;
  check(y.dim(0) == count, "y must have the rows of the plan");
  check_rows(rows, count, x.dim(0));
  const int64_t left = x.dim(1), right = y.dim(1);
  float* out = call.output({experts, left, right});
  grouped_outer({x.values<float>(), rows.optional<int64_t>(), y.values<float>(),
                 offsets.values<int64_t>(), out, experts, left, right});
}

}  // namespace

void define_products() {
  define<ProductAttributes, product>(
      {"MoekitGroupedProduct",
       {"x: float", "w: float", "bias: float", "rows: int64", "offsets: int64"},
       {"out: float"}},
      {{"transposed", &ProductAttributes::transposed},
       {"activation", &ProductAttributes::activation}});
  define<NoAttributes, outer>({"MoekitGroupedOuter",
                               {"x: float", "y: float", "rows: int64", "offsets: int64"},
                               {"out: float"}});
}

}  // namespace moekit
