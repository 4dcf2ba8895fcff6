/** The paper's router as it is written, with all N + M columns made, in plain float64 numbers: slow and obvious. */
export type Matrix = number[][];

export interface ReferenceRule {
  readonly kMax: number;
  readonly nullCopies: number;
}

export type ReferenceRouting = ReturnType<typeof routeReference>;

const sum = (values: readonly number[]) => values.reduce((total, v) => total + v, 0);
const dot = (a: readonly number[], b: readonly number[]) => sum(a.map((v, i) => v * b[i]!));
const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const column = (m: Matrix, c: number) => m.map((row) => row[c]!);

export function softmaxOf(logits: readonly number[]): number[] {
  const top = Math.max(...logits);
  const raised = logits.map((z) => Math.exp(z - top));
  return raised.map((v) => v / sum(raised));
}

function logSumExp(logits: readonly number[]): number {
  const top = Math.max(...logits);
  return top + Math.log(sum(logits.map((z) => Math.exp(z - top))));
}

/** Slot ids by falling value, lower id first: real experts are 0..N-1, null copies N..N+M-1. */
export function topSlots(values: readonly number[], k: number): number[] {
  const order = range(values.length).sort((a, b) => values[b]! - values[a]! || a - b);
  return order.slice(0, k);
}

/** @param raw [T][N+1], the null logit last */
export function routeReference(raw: Matrix, { kMax, nullCopies }: ReferenceRule) {
  const N = raw[0]!.length - 1;
  const expanded = raw.map((row) => [...row.slice(0, N), ...range(nullCopies).map(() => row[N]!)]);
  const probs = expanded.map(softmaxOf);
  const slots = expanded.map((row) => topSlots(row, kMax));
  const real = slots.map((of) => of.filter((slot) => slot < N));
  const weigh = (norm: (p: readonly number[], t: number) => number) =>
    probs.map((p, t) => range(N).map((e) => (real[t]!.includes(e) ? p[e]! / norm(p, t) : 0)));
  return {
    N,
    expanded,
    probs,
    slots,
    real,
    gatesReal: weigh((p, t) => sum(real[t]!.map((e) => p[e]!))),
    gatesNone: weigh(() => 1),
    gatesAll: weigh((p, t) => sum(slots[t]!.map((s) => p[s]!))),
    logPartition: expanded.map(logSumExp),
    rawLogPartition: raw.map(logSumExp),
  };
}

/** How often each of the N + M slots was taken. */
export function countsOf({ slots, probs }: ReferenceRouting): number[] {
  return probs[0]!.map((_, slot) => slots.filter((of) => of.includes(slot)).length);
}

/** Eq. 6 with its gradients for the N + 1 raw logits; `counts` are constants. */
export function balanceReference({ probs, N }: ReferenceRouting, fractions: readonly number[]) {
  const [T, S] = [probs.length, fractions.length];
  const meanProbs = fractions.map((_, slot) => sum(column(probs, slot)) / T);
  const perSlot = probs.map((p) => {
    const mean = dot(fractions, p);
    return p.map((v, j) => (S / T) * v * (fractions[j]! - mean));
  });
  return { value: S * dot(fractions, meanProbs), meanProbs, gradient: collapse(perSlot, N) };
}

/** Eq. 7 over the expanded logits, with its gradients. */
export function zReference({ logPartition, probs, N }: ReferenceRouting) {
  const T = probs.length;
  const perSlot = probs.map((p, t) => p.map((v) => (2 / T) * logPartition[t]! * v));
  return { value: meanSquare(logPartition), gradient: collapse(perSlot, N) };
}

export const meanSquare = (values: readonly number[]) => dot(values, values) / values.length;

/** The copies of the null logit are one variable: their gradients add up. */
function collapse(perSlot: Matrix, N: number): Matrix {
  return perSlot.map((row) => [...row.slice(0, N), sum(row.slice(N))]);
}
