import type { Pass } from './cases.js';
import type { KernelTime } from './time-kernels.js';
import { LAYER, LAYER_SIMD, ROUTING, STOCK } from './contenders.js';

/** A ratio that the kernels should reach. */
export interface Bar {
  readonly text: string;
  readonly pass: Pass;
  readonly value: number;
  readonly bound: number;
  readonly reached: boolean;
}

type Times = readonly KernelTime[];
type Ratio = (times: Times, pass: Pass, backend: string) => number | null;

interface Rule {
  readonly text: string;
  /** Null where the bar holds on every backend. */
  readonly backend: string | null;
  readonly atLeast: boolean;
  /** Forward, then forward and backward. */
  readonly bounds: readonly [number, number | null];
  readonly ratio: Ratio;
}

const SMALL = 'E=64 F=256 k=8';

const rules: readonly Rule[] = [
  rule('tensorflow', 'layer / dense, E=64', [0.8, 0.75], (t, p) => toDense(t, SMALL, p)),
  rule('tensorflow', 'layer / dense, E=8', [0.9, 0.85], (t, p) => toDense(t, 'E=8 F=2048 k=2', p)),
  rule('tensorflow', 'layer / best peer, E=64', [1.2, 2], toBestPeer),
  rule('tensorflow', 'Zipf / balanced time', [1.15, 1.2], (t, p) => overFull(t, 'Zipf', p), false),
  rule(null, 'half kept / full time', [0.6, 0.6], (t, p) => overFull(t, 'half kept', p), false),
  rule('tensorflow', 'routing share, E=64', [0.15, null], routingShare, false),
  rule('wasm', 'layer / stock dense, E=64', [1.8, 1.8], (t, p) => toStock(t, LAYER, p)),
  rule('wasm', 'layer, plain SIMD / stock dense, E=64', [1, 1], (t, p) =>
    toStock(t, LAYER_SIMD, p),
  ),
  rule('webgpu', 'layer / dense, worst case', [1, 0.9], worstToDense),
];

function rule(
  backend: string | null,
  text: string,
  bounds: Rule['bounds'],
  ratio: Ratio,
  atLeast = true,
): Rule {
  return { backend, text, bounds, ratio, atLeast };
}

/** Every bar that the times of one run allow to judge. */
export function judge(times: Times, backend: string): Bar[] {
  const own = rules.filter((each) => each.backend === null || each.backend === backend);
  return own.flatMap((each) => [
    ...judged(each, 'forward', each.bounds[0], times, backend),
    ...judged(each, 'forward + backward', each.bounds[1], times, backend),
  ]);
}

function judged(
  { text, ratio, atLeast }: Rule,
  pass: Pass,
  bound: number | null,
  ...[times, backend]: [Times, string]
): Bar[] {
  const value = bound === null ? null : ratio(times, pass, backend);
  if (bound === null || value === null) return [];
  return [{ text, pass, value, bound, reached: atLeast ? value >= bound : value <= bound }];
}

function find(times: Times, name: string, contender: string, pass: Pass): KernelTime | undefined {
  return times.find(
    (time) => time.case === name && time.contender === contender && time.pass === pass,
  );
}

function toDense(times: Times, name: string, pass: Pass): number | null {
  return find(times, name, LAYER, pass)?.rateToDense ?? null;
}

/** A case named `... half kept`, say, over the same case without that. */
function overFull(times: Times, kind: string, pass: Pass): number | null {
  const name = times.map((time) => time.case).find((each) => each.endsWith(` ${kind}`));
  if (name === undefined) return null;
  const whole = name.slice(0, -kind.length - 1);
  const [part, full] = [name, whole].map((each) => find(times, each, LAYER, pass));
  return part && full ? part.milliseconds / full.milliseconds : null;
}

/** The least of all cases that keep every pair. */
function worstToDense(times: Times, pass: Pass): number | null {
  const layers = times.filter((time) => time.contender === LAYER && time.pass === pass);
  const full = layers.filter((time) => !time.case.endsWith('half kept'));
  return full.length > 0 ? Math.min(...full.map(({ rateToDense }) => rateToDense)) : null;
}

function toBestPeer(times: Times, pass: Pass): number | null {
  const layer = find(times, SMALL, LAYER, pass);
  const peers = times.filter(
    (time) => time.case === SMALL && time.pass === pass && /torch|Hugging/i.test(time.contender),
  );
  if (!layer || peers.length === 0) return null;
  return Math.min(...peers.map(({ milliseconds }) => milliseconds)) / layer.milliseconds;
}

function routingShare(times: Times, pass: Pass): number | null {
  const [part, whole] = [ROUTING, LAYER].map((name) => find(times, SMALL, name, pass));
  return part && whole ? part.milliseconds / whole.milliseconds : null;
}

/** Against the rate of tfjs's own products as they are in a forward pass: transposed ones run as a scalar loop there. */
function toStock(times: Times, name: string, pass: Pass): number | null {
  const layer = find(times, SMALL, name, pass);
  const stock = find(times, SMALL, STOCK, 'forward');
  return layer && stock ? layer.gigaflopsPerSecond / stock.gigaflopsPerSecond : null;
}
