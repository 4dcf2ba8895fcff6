import { rankingCode } from './ranking.js';

/** How many of the token's other chosen experts are ahead of this one; -1 where it is not chosen. */
export const rankCode = /* wgsl */ `${rankingCode}
  fn main(index : i32) {
    if (index >= uniforms.size) { return; }
    let e = index % uniforms.numExperts;
    let first = index - e;
    var rank = -1;
    if (mask[index] != 0.0) {
      rank = 0;
      for (var i = 0; i < uniforms.numExperts; i++) {
        rank += i32(mask[first + i] != 0.0 && ahead(logits[first + i], i, logits[index], e));
      }
    }
    result[index] = rank;
  }
`;

/** An integer that falls as the softmax probability rises. */
export const weightCode = /* wgsl */ `
  fn main(index : i32) {
    if (index >= uniforms.size) { return; }
    let first = index - index % uniforms.numExperts;
    var most = logits[index];
    for (var i = 0; i < uniforms.numExperts; i++) { most = max(most, logits[first + i]); }
    var sum = 0.0;
    for (var i = 0; i < uniforms.numExperts; i++) { sum += exp(logits[first + i] - most); }
    result[index] = 0x7fffffff - bitcast<i32>(exp(logits[index] - most) / sum);
  }
`;

export interface Digits {
  readonly rank: number;
  readonly weight: number;
  readonly token: number;
}

/**
 * Radix select: `found` grows digit by digit to the key of the last token that has room (all 255 where all have), and
 * every key up to it is kept. Keys differ, their last digits are the token.
 */
export const keepCode = ({ rank, weight, token }: Digits) => /* wgsl */ `
  const DIGITS = ${rank + weight + token};
  var<workgroup> bins : array<atomic<i32>, 256>;
  var<workgroup> next : vec2<i32>; // digit, room left at it
  var<private> found : array<i32, DIGITS>;

  fn digit(pair : i32, t : i32, p : i32) -> i32 {
    if (p < ${rank}) { return (ranks[pair] >> u32(8 * (${rank - 1} - p))) & 255; }
    ${weight > 0 ? `if (p < ${rank + weight}) { return (weights[pair] >> u32(8 * (${rank + weight - 1} - p))) & 255; }` : ''}
    return (t >> u32(8 * (DIGITS - 1 - p))) & 255;
  }

  // -1, 0, 1: the first p digits of a pair's key are below, equal to, above those found.
  fn compare(pair : i32, t : i32, p : i32) -> i32 {
    for (var i = 0; i < p; i++) {
      let d = digit(pair, t, i);
      if (d != found[i]) { return select(1, -1, d < found[i]); }
    }
    return 0;
  }

  fn main() {
    let e = i32(workgroupId.x);
    let me = i32(localIndex);
    var room = uniforms.capacity;
    for (var p = 0; p < DIGITS; p++) {
      atomicStore(&bins[me], 0);
      workgroupBarrier();
      for (var t = me; t < uniforms.numTokens; t += 256) {
        let pair = t * uniforms.numExperts + e;
        if (ranks[pair] >= 0 && compare(pair, t, p) == 0) { atomicAdd(&bins[digit(pair, t, p)], 1); }
      }
      workgroupBarrier();
      if (me == 0) {
        var d = 0;
        var left = room;
        while (d < 255 && atomicLoad(&bins[d]) < left) {
          left -= atomicLoad(&bins[d]);
          d++;
        }
        next = vec2<i32>(d, left);
      }
      let step = workgroupUniformLoad(&next);
      found[p] = step.x;
      room = step.y;
    }
    for (var t = me; t < uniforms.numTokens; t += 256) {
      let pair = t * uniforms.numExperts + e;
      let kept = uniforms.capacity > 0 && ranks[pair] >= 0 && compare(pair, t, DIGITS) <= 0;
      result[pair] = select(0.0, 1.0, kept);
    }
  }
`;
