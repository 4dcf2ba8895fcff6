// MoekitSplitHeads and MoekitJoinHeads: shapes checked, then computed.
#include "heads.h"
#include "operation.h"
#include "operations.h"

namespace moekit {
namespace {

struct SplitAttributes {
  int32_t heads, length;
};

void check_tables(const Input& cosines, const Input& sines, const HeadsShape& s) {
  check(s.width % 2 == 0, "a head must hold pairs");
  check(cosines.size() >= s.length * s.width && sines.size() >= s.length * s.width,
        "cosines and sines must be [L,Dh]");
}

void split(Call& call, const SplitAttributes& attributes) {
  const Input x = call.input(0), cosines = call.input(1), sines = call.input(2);
  const int64_t heads = attributes.heads, length = attributes.length;
  check(heads > 0 && length > 0, "heads and length must be positive");
  check(x.rank() == 2 && x.dim(1) % (3 * heads) == 0 && x.dim(0) % length == 0,
        "x must be [B*L,3D]");
  const HeadsShape shape{x.dim(0) / length, length, heads, x.dim(1) / (3 * heads)};
  check_tables(cosines, sines, shape);
  const std::vector<int64_t> dims{shape.batch, heads, length, shape.width};
  float *q = call.output(dims, 0), *k = call.output(dims, 1), *v = call.output(dims, 2);
  split_heads(x.values<float>(), {cosines.values<float>(), sines.values<float>()}, shape, q, k, v);
}

void join(Call& call, const NoAttributes&) {
  const Input dq = call.input(0), dk = call.input(1), dv = call.input(2);
  const Input cosines = call.input(3), sines = call.input(4);
  check(dq.rank() == 4 && dk.size() == dq.size() && dv.size() == dq.size(),
        "dq, dk and dv must be [B,H,L,Dh]");
  const HeadsShape shape{dq.dim(0), dq.dim(2), dq.dim(1), dq.dim(3)};
  check_tables(cosines, sines, shape);
  float* dx = call.output({shape.batch * shape.length, 3 * shape.heads * shape.width});
  join_heads(dq.values<float>(), dk.values<float>(), dv.values<float>(),
             {cosines.values<float>(), sines.values<float>()}, shape, dx);
}

}  // namespace

void define_heads() {
  define<SplitAttributes, split>(
      {"MoekitSplitHeads",
       {"x: float", "cosines: float", "sines: float"},
       {"q: float", "k: float", "v: float"}},
      {{"heads", &SplitAttributes::heads}, {"length", &SplitAttributes::length}});
  define<NoAttributes, join>(
      {"MoekitJoinHeads",
       {"dq: float", "dk: float", "dv: float", "cosines: float", "sines: float"},
       {"dx: float"}});
}

}  // namespace moekit
