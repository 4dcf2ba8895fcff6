// MoekitAttend and its gradient: shapes checked, then computed.
#include "attention.h"
#include "operation.h"
#include "operations.h"

namespace moekit {
namespace {

AttentionShape shape_of(const Input& q, const Input& k, const Input& v) {
  check(q.rank() == 4 && k.rank() == 4, "q must be [B,H,Lq,Dh] and k [B,H,Lk,Dh]");
  const AttentionShape shape{q.dim(0), q.dim(1), q.dim(2), k.dim(2), q.dim(3)};
  check(k.dim(0) == shape.batch && k.dim(1) == shape.heads && k.dim(3) == shape.width,
        "q and k must agree on B, H and Dh");
  check(v.rank() == 4 && v.size() == k.size() && v.dim(2) == shape.keys,
        "v must have the shape of k");
  check(shape.keys > 0 && shape.width > 0, "there must be keys, and numbers in them");
  return shape;
}

/// The step along the axis that is `back` from the last: 0 where the mask repeats.
int64_t step_of(const Input& mask, int back, int64_t size) {
  const int axis = mask.rank() - 1 - back;
  if (axis < 0 || mask.dim(axis) == 1) return 0;
  check(mask.dim(axis) == size, "the mask must broadcast to [B,H,Lq,Lk]");
  int64_t step = 1;
  for (int i = axis + 1; i < mask.rank(); i++) step *= mask.dim(i);
  return step;
}

Mask mask_of(const Input& mask, const AttentionShape& s) {
  check(mask.rank() <= 4 && mask.size() > 0, "the mask must broadcast to [B,H,Lq,Lk]");
  return {mask.values<float>(), step_of(mask, 3, s.batch), step_of(mask, 2, s.heads),
          step_of(mask, 1, s.queries), step_of(mask, 0, s.keys)};
}

void attend_heads(Call& call, const NoAttributes&) {
  const Input q = call.input(0), k = call.input(1), v = call.input(2), mask = call.input(3);
  const AttentionShape s = shape_of(q, k, v);
  const Mask added = mask_of(mask, s);
  float* out = call.output({s.batch * s.queries, s.heads * s.width}, 0);
  float* probs = call.output({s.batch, s.heads, s.queries, s.keys}, 1);
  attend(s, q.values<float>(), k.values<float>(), v.values<float>(), added, probs, out);
}

void attend_back(Call& call, const NoAttributes&) {
  const Input dout = call.input(0), q = call.input(1), k = call.input(2), v = call.input(3);
  const Input probs = call.input(4);
  const AttentionShape s = shape_of(q, k, v);
  check(dout.size() == q.size(), "dout must be [B*Lq,H*Dh]");
  check(probs.size() == s.batch * s.heads * s.queries * s.keys, "probs must be [B,H,Lq,Lk]");
  const std::vector<int64_t> by_query{s.batch, s.heads, s.queries, s.width};
  const std::vector<int64_t> by_key{s.batch, s.heads, s.keys, s.width};
  const AttentionSlopes slopes{call.output(by_query, 0), call.output(by_key, 1),
                               call.output(by_key, 2)};
  attend_gradient(s, dout.values<float>(), q.values<float>(), k.values<float>(), v.values<float>(),
                  probs.values<float>(), slopes);
}

}  // namespace

void define_attention() {
  define<NoAttributes, attend_heads>({"MoekitAttend",
                                      {"q: float", "k: float", "v: float", "mask: float"},
                                      {"out: float", "probs: float"}});
  define<NoAttributes, attend_back>(
      {"MoekitAttendGradient",
       {"dout: float", "q: float", "k: float", "v: float", "probs: float"},
       {"dq: float", "dk: float", "dv: float"}});
}

}  // namespace moekit
