// softmax(q k^T + mask) v by head, the heads joined as they are written, and its gradients.
#pragma once
#include <cstdint>

namespace moekit {

struct AttentionShape {
  int64_t batch, heads, queries, keys, width;
};

/// The term added to a score; a step is 0 where it is the same along an axis.
struct Mask {
  const float* values;
  int64_t batch, head, query, key;  // steps of each axis
};

/// q [B,H,Lq,Dh], k and v [B,H,Lk,Dh] -> probs [B,H,Lq,Lk] and out [B*Lq,H*Dh].
void attend(const AttentionShape& shape, const float* q, const float* k, const float* v,
            const Mask& mask, float* probs, float* out);

struct AttentionSlopes {
  float *q, *k, *v;
};

/// From dout [B*Lq,H*Dh]: ds = p (dp - <dp, p>) with dp = dout v^T; dq = ds k, dk = ds^T q, dv = p^T dout.
void attend_gradient(const AttentionShape& shape, const float* dout, const float* q, const float* k,
                     const float* v, const float* probs, const AttentionSlopes& slopes);

}  // namespace moekit
