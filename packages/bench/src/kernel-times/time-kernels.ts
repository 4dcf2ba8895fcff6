import { createRng, normalArray } from '@moekit/core';
import { registerKernels } from '@moekit/kernels';
import type { Scalar, Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { dispose, mul, sum, tensor2d, tidy, variable, variableGrads } from '@tensorflow/tfjs-core';

import { median, quartiles } from '../statistics/summary.js';
import type { KernelCase, Pass } from './cases.js';
import type { Contender } from './contenders.js';
import { DENSE, denseLayer, expertLoop, moekitLayer, routingOnly } from './contenders.js';
import type { Peers } from './peers.js';

/** One contender at one case and pass. */
export interface KernelTime {
  readonly case: string;
  readonly contender: string;
  readonly pass: Pass;
  readonly milliseconds: number;
  /** Quartiles. */
  readonly spread: readonly [number, number];
  readonly gigaflopsPerSecond: number;
  /** Rate of this contender over the dense layer's: 1 means nothing is lost to routing. */
  readonly rateToDense: number;
}

export interface TimingOptions {
  readonly repeats: number;
  readonly warmUp: number;
  readonly seed: number;
}

/** Something that is timed; `time` computes one pass and gives milliseconds. */
interface Timed {
  readonly name: string;
  readonly flops: number;
  time(pass: Pass): Promise<number>;
}

/**
 * Times tfjs's own dense layer with tfjs's own kernels, forward: call it before anything of moekit has run.
 * @returns times whose contender is `stock dense`
 */
export async function timeStockDense(
  shape: KernelCase,
  options: TimingOptions,
): Promise<KernelTime[]> {
  const rows = Math.round(shape.tokens * shape.k * (shape.kept ?? 1));
  const dense = { ...denseLayer(shape, rows, options.seed), name: 'stock dense' };
  return timeAll(shape, [dense], { ...options, passes: ['forward'] });
}

/** Times moekit's layer, the dense layer of equal FLOPs, the loop over experts and PyTorch's, repeats interleaved. */
export async function timeKernels(
  shape: KernelCase,
  { peers, ...options }: TimingOptions & { readonly peers?: Peers | null },
): Promise<KernelTime[]> {
  registerKernels();
  const layer = moekitLayer(shape, options.seed);
  const dense = denseLayer(shape, layer.rows, options.seed);
  const contenders = [
    layer,
    dense,
    routingOnly(shape, options.seed),
    ...(shape.withoutLoop ? [] : [expertLoop(shape, options.seed)]),
  ];
  return timeAll(shape, contenders, options, peers ? timedPeers(peers, layer.flops) : []);
}

async function timeAll(
  shape: KernelCase,
  contenders: readonly Contender[],
  options: InterleaveOptions,
  others: readonly Timed[] = [],
): Promise<KernelTime[]> {
  const { tokens, modelWidth } = shape;
  const values = normalArray(createRng(options.seed).fork('tokens'), tokens * modelWidth);
  const x = tensor2d(values, [tokens, modelWidth]);
  const own = contenders.map((contender) => ({
    ...contender,
    time: (pass: Pass) => timeOnce(contender, pass, x),
  }));
  const samples = await interleave([...own, ...others], options);
  dispose([x, ...contenders.flatMap(({ weights }) => weights)]);
  return summarise(shape, samples);
}

interface InterleaveOptions extends TimingOptions {
  readonly passes?: readonly Pass[];
}

interface Samples {
  readonly contender: Timed;
  readonly pass: Pass;
  readonly times: number[];
}

async function interleave(
  contenders: readonly Timed[],
  { repeats, warmUp, passes = ['forward', 'forward + backward'] }: InterleaveOptions,
): Promise<Samples[]> {
  const all: Samples[] = contenders.flatMap((contender) =>
    passes.map((pass) => ({ contender, pass, times: [] })),
  );
  for (let round = 0; round < warmUp + repeats; round++) {
    for (const { contender, pass, times } of all) {
      const milliseconds = await contender.time(pass);
      if (round >= warmUp) times.push(milliseconds);
    }
  }
  return all;
}

function summarise(shape: KernelCase, all: readonly Samples[]): KernelTime[] {
  const rateOf = ({ contender, pass, times }: Samples) =>
    rate(contender.flops, pass, median(times));
  return all.map((samples) => {
    const { contender, pass, times } = samples;
    const dense = all.find((other) => other.pass === pass && other.contender.name === DENSE);
    return {
      case: shape.name,
      contender: contender.name,
      pass,
      milliseconds: median(times),
      spread: quartiles(times),
      gigaflopsPerSecond: rateOf(samples),
      rateToDense: dense ? rateOf(samples) / rateOf(dense) : 1,
    };
  });
}

function timedPeers(peers: Peers, flops: number): Timed[] {
  return peers.names.map((name) => ({ name, flops, time: (pass) => peers.time(name, pass) }));
}

async function timeOnce(contender: Contender, pass: Pass, x: Tensor2D): Promise<number> {
  const started = performance.now();
  const results = pass === 'forward' ? forwardOnce(contender, x) : backwardOnce(contender, x);
  await results[0]!.data();
  const milliseconds = performance.now() - started;
  dispose(results);
  return milliseconds;
}

/** The output's sum: reading it back waits for everything before it. */
function forwardOnce(contender: Contender, x: Tensor2D): Tensor[] {
  return [tidy(() => sum(contender.forward(x)))];
}

/** Gradients of all weights and of the input, which a layer in the middle of a model owes the one below. */
function backwardOnce(contender: Contender, x: Tensor2D): Tensor[] {
  const input: Variable = variable(x);
  const { value, grads } = variableGrads(() => {
    const y = contender.forward(input as unknown as Tensor2D);
    return sum(mul(y, y)) as Scalar;
  }, [input, ...contender.weights]);
  const total = tidy(() => sum(grads[input.name]!));
  return [total, value, input, ...Object.values(grads)];
}

/** A backward pass computes each product twice more: 3 times the forward FLOPs in all. */
function rate(flops: number, pass: Pass, milliseconds: number): number {
  return ((pass === 'forward' ? 1 : 3) * flops) / milliseconds / 1e6;
}
