// Queries, keys and values by head, rotated by their position, and the adjoint of that.
#pragma once
#include <cstdint>

namespace moekit {

struct HeadsShape {
  int64_t batch, length, heads, width;  // width of one head, even
};

struct RotaryTables {
  const float *cosines, *sines;  // [L,Dh]
};

/// x [B*L,3D] -> q, k, v [B,H,L,Dh]: q and k rotated, q scaled by 1/sqrt(Dh).
void split_heads(const float* x, const RotaryTables& tables, const HeadsShape& shape, float* q,
                 float* k, float* v);

/// Gradients by head, rotated back, joined: dq, dk, dv [B,H,L,Dh] -> dx [B*L,3D].
void join_heads(const float* dq, const float* dk, const float* dv, const RotaryTables& tables,
                const HeadsShape& shape, float* dx);

}  // namespace moekit
