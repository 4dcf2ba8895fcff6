/** LongCat's, AdaMoE's and MoE++'s rules in plain float64 numbers, slot by slot. */
import type { Matrix } from './reference.js';
import { softmaxOf, topSlots } from './reference.js';

const sum = (values: readonly number[]) => values.reduce((total, v) => total + v, 0);
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/** Weights of all slots, 0 where not chosen: s p over the k highest p + b. */
export function longcatReference(
  logits: Matrix,
  { k, bias, scale }: { k: number; bias: readonly number[]; scale: number },
): Matrix {
  return logits.map((row) => {
    const p = softmaxOf(row);
    const chosen = topSlots(p.map((v, i) => v + bias[i]!), k); // prettier-ignore
    return p.map((v, i) => (chosen.includes(i) ? scale * v : 0));
  });
}

/** One step of the biases: `taken[i]` tokens of real expert i among `tokens`. */
export function budgetReference(
  bias: readonly number[],
  taken: readonly number[],
  rule: { tokens: number; k: number; expertsPerToken: number; speed: number },
): number[] {
  const { tokens, k, expertsPerToken, speed } = rule;
  const N = taken.length;
  return bias.map((b, i) =>
    i < N ? b + speed * (expertsPerToken / (k * N) - taken[i]! / (k * tokens)) : b,
  );
}

/** AdaMoE: weights of the n true experts, and the loss with the load of each null expert replaced by their mean. */
export function adaMoEReference(logits: Matrix, k: number, nullExperts: number) {
  const [T, S] = [logits.length, logits[0]!.length];
  const n = S - nullExperts;
  const probs = logits.map(softmaxOf);
  const chosen = logits.map((row) => topSlots(row, k));
  const weights = probs.map((p, t) => {
    const whole = sum(chosen[t]!.filter((i) => i < n).map((i) => p[i]!));
    return range(n).map((i) => (chosen[t]!.includes(i) ? p[i]! / whole : 0));
  });
  const copied = probs.map((p, t) => sum(chosen[t]!.filter((i) => i >= n).map((i) => p[i]!)));
  const load = range(S).map((i) => chosen.filter((of) => of.includes(i)).length / T);
  const nullLoad = sum(load.slice(n)) / nullExperts;
  const averaged = load.map((f, i) => (i < n ? f : nullLoad));
  const loss = S * sum(averaged.map((f, i) => (f * sum(probs.map((p) => p[i]!))) / T));
  return { weights, copied, loss, nullSlots: chosen.map((of) => of.filter((i) => i >= n).length) };
}

export interface Layout {
  readonly experts: number;
  readonly zero: number;
  readonly copy: number;
  readonly constant: number;
}

/** MoE++ without dropping: weights of all slots, raw or over the sum of the chosen ones that are not zero experts. */
export function moePlusPlusReference(
  logits: Matrix,
  { experts, zero }: Layout,
  { k, tau, normalise }: { k: number; tau: number; normalise: boolean },
) {
  const [T, S] = [logits.length, logits[0]!.length];
  const probs = logits.map(softmaxOf);
  const chosen = logits.map((row) => topSlots(row, k));
  const isZero = (i: number) => i >= experts && i < experts + zero;
  const weights = probs.map((p, t) => {
    const paid = sum(chosen[t]!.filter((i) => !isZero(i)).map((i) => p[i]!));
    const of = (i: number) => (normalise ? (isZero(i) ? 0 : p[i]! / paid) : p[i]!);
    return range(S).map((i) => (chosen[t]!.includes(i) ? of(i) : 0));
  });
  const loss = sum(
    range(S).map((i) => {
      const f = chosen.filter((of) => of.includes(i)).length / T;
      return ((i < experts ? 1 : tau) * f * sum(probs.map((p) => p[i]!))) / T;
    }),
  );
  return { weights, chosen, loss };
}

/** a_1 x + a_2 v for [a_1, a_2] = softmax of the two scores. */
export function constantReference(
  x: readonly number[],
  scores: readonly [number, number],
  v: readonly number[],
): number[] {
  const [a, b] = softmaxOf(scores);
  return x.map((value, d) => a! * value + b! * v[d]!);
}
