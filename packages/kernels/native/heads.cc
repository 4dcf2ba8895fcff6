#include "heads.h"

#include <cmath>
#include <cstring>

#include "threads.h"

namespace moekit {
namespace {

/// Where a head of a token lies: in [B*L,3D], in [B,H,L,Dh], and its angles in the tables.
template <class Visit>
void each_head(const HeadsShape& s, Visit visit) {
  parallel(s.batch * s.heads, [&](int64_t task) {
    const int64_t b = task / s.heads, h = task % s.heads;
    for (int64_t l = 0; l < s.length; l++) {
      const int64_t joined = (b * s.length + l) * 3 * s.heads * s.width + h * s.width;
      visit(joined, (task * s.length + l) * s.width, l * s.width);
    }
  });
}

/// to = scale (from turned by the angles), the first half of a head paired with the second; `sign` -1 turns back.
inline void turn(const float* from, const float* cosines, const float* sines, int64_t width,
                 float scale, float sign, float* to) {
  const int64_t half = width / 2;
  for (int64_t i = 0; i < half; i++) {
    const float a = from[i] * scale, b = from[half + i] * scale;
    const float cosine = cosines[i], sine = sines[i] * sign;
    to[i] = a * cosine - b * sine;
    to[half + i] = b * cosine + a * sine;
  }
}

}  // namespace

void split_heads(const float* x, const RotaryTables& tables, const HeadsShape& s, float* q,
                 float* k, float* v) {
  const int64_t model = s.heads * s.width;
  const float scale = 1 / std::sqrt(float(s.width));
  each_head(s, [&](int64_t joined, int64_t split, int64_t angle) {
    const float *cosines = tables.cosines + angle, *sines = tables.sines + angle;
    turn(x + joined, cosines, sines, s.width, scale, 1, q + split);
    turn(x + joined + model, cosines, sines, s.width, 1, 1, k + split);
    std::memcpy(v + split, x + joined + 2 * model, sizeof(float) * s.width);
  });
}

void join_heads(const float* dq, const float* dk, const float* dv, const RotaryTables& tables,
                const HeadsShape& s, float* dx) {
  const int64_t model = s.heads * s.width;
  const float scale = 1 / std::sqrt(float(s.width));
  each_head(s, [&](int64_t joined, int64_t split, int64_t angle) {
    const float *cosines = tables.cosines + angle, *sines = tables.sines + angle;
    turn(dq + split, cosines, sines, s.width, scale, -1, dx + joined);
    turn(dk + split, cosines, sines, s.width, 1, -1, dx + joined + model);
    std::memcpy(dx + joined + 2 * model, dv + split, sizeof(float) * s.width);
  });
}

}  // namespace moekit
