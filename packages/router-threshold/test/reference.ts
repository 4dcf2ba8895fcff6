/** XMoE in plain float64 numbers: slow, obvious, and the oracle of every other test here. */
export type Matrix = number[][];

export interface ReferenceExpert {
  readonly W1: Matrix; // [F][D]
  readonly b1: number[];
  readonly W2: Matrix; // [D][F]
  readonly b2: number[];
}

export interface ReferenceRule {
  readonly threshold: number;
  readonly capacityFactor: number;
  readonly minCapacity: number;
}

export type ReferenceRouting = ReturnType<typeof routeReference>;

const sum = (values: readonly number[]) => values.reduce((total, v) => total + v, 0);
const dot = (a: readonly number[], b: readonly number[]) => sum(a.map((v, i) => v * b[i]!));
const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const table = (rows: number, columns: number, at: (r: number, c: number) => number): Matrix =>
  range(rows).map((r) => range(columns).map((c) => at(r, c)));

export const logitsOf = (x: Matrix, gate: Matrix): Matrix =>
  x.map((row) => gate.map((weights) => dot(weights, row)));

export function softmaxOf(logits: readonly number[]): number[] {
  const top = Math.max(...logits);
  const raised = logits.map((z) => Math.exp(z - top));
  return raised.map((v) => v / sum(raised));
}

/** Selection of one token: expert ids by falling probability, and how many of them it wants. */
export function selectReference(p: readonly number[], threshold: number) {
  const order = range(p.length).sort((a, b) => p[b]! - p[a]! || a - b);
  let total = 0;
  const cumulative = order.map((e) => (total += p[e]!));
  const prefix = order.map((e, i) => cumulative[i]! - p[e]!);
  const stop = prefix.findIndex((before, i) => i > 0 && !(before < threshold));
  return { order, cumulative, prefix, wanted: stop < 0 ? p.length : stop };
}

/** Everything the router decides, from probabilities [S][N]. */
export function routeReference(probs: Matrix, rule: ReferenceRule) {
  const [S, N] = [probs.length, probs[0]!.length];
  const room = Math.max(Math.ceil((S / N) * rule.capacityFactor), rule.minCapacity);
  const capacity = Math.min(S, room);
  const chosen = probs.map((p) => selectReference(p, rule.threshold));
  const rank = table(S, N, (s, e) => {
    const at = chosen[s]!.order.indexOf(e);
    return at < chosen[s]!.wanted ? at : -1;
  });
  const queues = range(N).map((e) =>
    range(S)
      .filter((s) => rank[s]![e]! >= 0)
      .sort((a, b) => rank[a]![e]! - rank[b]![e]! || probs[b]![e]! - probs[a]![e]! || a - b),
  );
  const kept = table(S, N, (s, e) => (queues[e]!.slice(0, capacity).includes(s) ? 1 : 0));
  const weights = table(S, N, (s, e) => kept[s]![e]! * probs[s]![e]!);
  return {
    probs,
    capacity,
    chosen,
    rank,
    queues,
    kept,
    weights,
    ...balanceReference(probs, chosen),
  };
}

function balanceReference(probs: Matrix, chosen: readonly { order: number[] }[]) {
  const [S, N] = [probs.length, probs[0]!.length];
  const meanGate = range(N).map((e) => sum(probs.map((p) => p[e]!)) / S);
  const top1Counts = range(N).map((e) => chosen.filter(({ order }) => order[0] === e).length);
  const top1Fraction = top1Counts.map((n) => n / S);
  return { meanGate, top1Counts, top1Fraction, balanceLoss: N * dot(meanGate, top1Fraction) };
}

/** y_s = sum_e w_se expert_e(x_s), with every expert's output for every token next to it. */
export function layerReference(x: Matrix, weights: Matrix, experts: readonly ReferenceExpert[]) {
  const expertOut = x.map((row) => experts.map((expert) => expertReference(expert, row).out));
  const y = table(x.length, x[0]!.length, (s, d) =>
    sum(expertOut[s]!.map((out, e) => weights[s]![e]! * out[d]!)),
  );
  return { expertOut, y };
}

function expertReference({ W1, b1, W2, b2 }: ReferenceExpert, row: readonly number[]) {
  const before = W1.map((w, f) => dot(w, row) + b1[f]!);
  const hidden = before.map((v) => Math.max(v, 0));
  return { before, hidden, out: W2.map((w, d) => dot(w, hidden) + b2[d]!) };
}

/** Gradients of sum(y) + coefficient * balanceLoss; selection, ranks, capacity and top-1 fractions are constants. */
export function gradientsReference(
  x: Matrix,
  routing: ReferenceRouting,
  experts: readonly ReferenceExpert[],
  coefficient: number,
) {
  const { probs, kept, weights, top1Fraction } = routing;
  const [S, N] = [x.length, experts.length];
  const { expertOut } = layerReference(x, weights, experts);
  const scale = N / S;
  const balance = throughSoftmax(
    probs,
    table(S, N, (_, e) => scale * top1Fraction[e]!),
  );
  const output = throughSoftmax(
    probs,
    table(S, N, (s, e) => kept[s]![e]! * sum(expertOut[s]![e]!)),
  );
  const logits = table(S, N, (s, e) => output[s]![e]! + coefficient * balance[s]![e]!);
  return { logits, balance, ...expertGradients(x, weights, experts) };
}

/** The gradients of the gate [N][D] and of its input [S][D], from dL/dz [S][N]. */
export function gateGradients(x: Matrix, gate: Matrix, logits: Matrix) {
  const [N, D] = [gate.length, gate[0]!.length];
  const columns = (matrix: Matrix, c: number) => matrix.map((row) => row[c]!);
  return {
    gate: table(N, D, (e, d) => dot(columns(logits, e), columns(x, d))),
    x: table(x.length, D, (s, d) => dot(logits[s]!, columns(gate, d))),
  };
}

/** dL/dz from dL/dp, row by row: p_j (g_j - sum_e p_e g_e). */
function throughSoftmax(probs: Matrix, upstream: Matrix): Matrix {
  return probs.map((p, s) => p.map((pj, j) => pj * (upstream[s]![j]! - dot(p, upstream[s]!))));
}

function expertGradients(x: Matrix, weights: Matrix, experts: readonly ReferenceExpert[]) {
  const [D, F] = [x[0]!.length, experts[0]!.b1.length];
  const xThroughExperts = table(x.length, D, () => 0);
  const gradients = experts.map((expert, e) => {
    const g = { W1: table(F, D, () => 0), b1: range(F).map(() => 0), W2: table(D, F, () => 0) };
    const b2 = range(D).map(() => 0);
    x.forEach((row, s) => {
      const w = weights[s]![e]!;
      const { before, hidden } = expertReference(expert, row);
      for (const d of range(D)) {
        b2[d]! += w;
        for (const f of range(F)) g.W2[d]![f]! += w * hidden[f]!;
      }
      for (const f of range(F)) {
        const upstream = before[f]! > 0 ? w * sum(range(D).map((d) => expert.W2[d]![f]!)) : 0;
        g.b1[f]! += upstream;
        for (const d of range(D)) {
          g.W1[f]![d]! += upstream * row[d]!;
          xThroughExperts[s]![d]! += upstream * expert.W1[f]![d]!;
        }
      }
    });
    return { ...g, b2 };
  });
  return { xThroughExperts, experts: gradients };
}

/** The figures the authors log, on kept pairs. */
export function metricsReference({
  probs,
  capacity,
  chosen,
  rank,
  queues,
  kept,
  top1Counts,
}: ReferenceRouting) {
  const [S, N] = [probs.length, probs[0]!.length];
  const wanted = chosen.map((c) => c.wanted);
  const perToken = kept.map(sum);
  const perExpert = range(N).map((e) => sum(kept.map((row) => row[e]!)));
  const spread = sum(top1Counts.map((n) => (n - S / N) ** 2)) / N;
  const lost = range(S).filter((s) => rank[s]!.some((r, e) => r === 0 && kept[s]![e] === 0));
  return {
    want_num: sum(wanted) / S,
    chosen_num: sum(perToken) / S,
    token_not_full_ratio: perToken.filter((n, s) => n < wanted[s]!).length / S,
    expert_not_full_ratio: perExpert.filter((n) => n < capacity).length / N,
    receive_ratio_percent: queues.map((queue) => (100 * queue.length) / S),
    balance_coe: Math.sqrt(spread) / (S / N),
    top1_drop_rate_percent: (100 * lost.length) / S,
    top1_p_mean: sum(probs.map((p) => Math.max(...p))) / S,
    kept_assignment_fraction: sum(perToken) / sum(wanted),
    slots_used_fraction: sum(perToken) / (N * capacity),
  };
}
