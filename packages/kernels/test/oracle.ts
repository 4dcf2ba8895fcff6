/** The slow, obvious truth: float64 loops over tokens and experts, no plan, no sorting. */
export interface Problem {
  readonly tokens: number;
  readonly experts: number;
  readonly inner: number;
  readonly outer: number;
  /** [T][E] of 0/1 */
  readonly mask: number[][];
  readonly x: number[][]; // [T][D]
  readonly w: number[][][]; // [E][D][F]
  readonly bias: number[][]; // [E][F]
  readonly combine: number[][]; // [T][E]
  /** dL/dout, [T][F] */
  readonly upstream: number[][];
}

export interface Answer {
  readonly out: number[][];
  readonly dx: number[][];
  readonly dw: number[][][];
  readonly dbias: number[][];
  readonly dcombine: number[][];
}

/** out_t = sum_e mask_te combine_te (x_t w_e + bias_e), and the gradients of sum(out * upstream). */
export function solve(p: Problem): Answer {
  const out = matrix(p.tokens, p.outer);
  const dx = matrix(p.tokens, p.inner);
  const dw = Array.from({ length: p.experts }, () => matrix(p.inner, p.outer));
  const dbias = matrix(p.experts, p.outer);
  const dcombine = matrix(p.tokens, p.experts);
  for (let t = 0; t < p.tokens; t++) {
    for (let e = 0; e < p.experts; e++) {
      if (p.mask[t]![e] === 0) continue;
      const weight = p.combine[t]![e]!;
      for (let f = 0; f < p.outer; f++) {
        let y = p.bias[e]![f]!;
        for (let d = 0; d < p.inner; d++) y += p.x[t]![d]! * p.w[e]![d]![f]!;
        const up = p.upstream[t]![f]!;
        out[t]![f]! += weight * y;
        dcombine[t]![e]! += up * y;
        dbias[e]![f]! += up * weight;
        for (let d = 0; d < p.inner; d++) {
          dx[t]![d]! += up * weight * p.w[e]![d]![f]!;
          dw[e]![d]![f]! += up * weight * p.x[t]![d]!;
        }
      }
    }
  }
  return { out, dx, dw, dbias, dcombine };
}

export function matrix(rows: number, columns: number, fill = () => 0): number[][] {
  return Array.from({ length: rows }, () => Array.from({ length: columns }, fill));
}

/** A small generator of its own, so that tests do not lean on the code they test (mulberry32). */
export function generator(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Random numbers everywhere, the mask from `chooses`. */
export function problem(
  sizes: Pick<Problem, 'tokens' | 'experts' | 'inner' | 'outer'>,
  chooses: (token: number, expert: number, random: () => number) => boolean,
  seed = 1,
): Problem {
  const random = generator(seed);
  const normal = () => random() + random() + random() - 1.5;
  const { tokens, experts, inner, outer } = sizes;
  return {
    ...sizes,
    mask: matrix(tokens, experts).map((row, t) =>
      row.map((_, e) => (chooses(t, e, random) ? 1 : 0)),
    ),
    x: matrix(tokens, inner, normal),
    w: Array.from({ length: experts }, () => matrix(inner, outer, normal)),
    bias: matrix(experts, outer, normal),
    combine: matrix(tokens, experts, random),
    upstream: matrix(tokens, outer, normal),
  };
}
