import { createRng, normalArray } from '@moekit/core';
import { registerKernels } from '@moekit/kernels';
import type { Scalar, Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { dispose, mul, sum, tensor2d, tidy, variable, variableGrads } from '@tensorflow/tfjs-core';

import type { KernelCase } from './cases.js';
import type { Contender } from './contenders.js';
import { denseLayer, expertLoop, moekitLayer } from './contenders.js';
import { median } from '../statistics/summary.js';

export type Pass = 'forward' | 'forward + backward';

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

/** What is measured before moekit's kernels replace tfjs's own, for backends where they do. */
export interface StockDense {
  readonly case: string;
  readonly pass: Pass;
  readonly gigaflopsPerSecond: number;
}

export interface TimingOptions {
  readonly repeats: number;
  readonly warmUp: number;
  readonly seed: number;
}

/** Times tfjs's own dense layer with tfjs's own kernels: call it before anything of moekit has run. */
export async function timeStockDense(
  shape: KernelCase,
  options: TimingOptions,
): Promise<StockDense[]> {
  const rows = shape.tokens * shape.k * (shape.kept ?? 1);
  const dense = denseLayer(shape, rows, options.seed);
  const times = await interleave(shape, [dense], options);
  dispose([...dense.weights]);
  return times.map(({ pass, samples }) => ({
    case: shape.name,
    pass,
    gigaflopsPerSecond: rate(dense, pass, median(samples)),
  }));
}

/** Times moekit's layer, the dense layer of equal FLOPs and the loop over experts, repeats interleaved. */
export async function timeKernels(
  shape: KernelCase,
  options: TimingOptions,
): Promise<KernelTime[]> {
  registerKernels();
  const layer = moekitLayer(shape, options.seed);
  const dense = denseLayer(shape, layer.rows, options.seed);
  const contenders = [layer, dense, expertLoop(shape, options.seed)];
  const times = await interleave(shape, contenders, options);
  contenders.forEach(({ weights }) => dispose([...weights]));
  const denseRate = (pass: Pass) => {
    const own = times.find((time) => time.contender === dense && time.pass === pass)!;
    return rate(dense, pass, median(own.samples));
  };
  return times.map(({ contender, pass, samples }) => {
    const milliseconds = median(samples);
    return {
      case: shape.name,
      contender: contender.name,
      pass,
      milliseconds,
      spread: quartiles(samples),
      gigaflopsPerSecond: rate(contender, pass, milliseconds),
      rateToDense: rate(contender, pass, milliseconds) / denseRate(pass),
    };
  });
}

interface Samples {
  readonly contender: Contender;
  readonly pass: Pass;
  readonly samples: number[];
}

async function interleave(
  { tokens, modelWidth }: KernelCase,
  contenders: readonly Contender[],
  { repeats, warmUp, seed }: TimingOptions,
): Promise<Samples[]> {
  const values = normalArray(createRng(seed).fork('tokens'), tokens * modelWidth);
  const x = tensor2d(values, [tokens, modelWidth]);
  const all: Samples[] = contenders.flatMap((contender) =>
    (['forward', 'forward + backward'] as const).map((pass) => ({ contender, pass, samples: [] })),
  );
  for (let round = 0; round < warmUp + repeats; round++) {
    for (const { contender, pass, samples } of all) {
      const milliseconds = await timeOnce(contender, pass, x);
      if (round >= warmUp) samples.push(milliseconds);
    }
  }
  x.dispose();
  return all;
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
function rate({ flops }: Contender, pass: Pass, milliseconds: number): number {
  return ((pass === 'forward' ? 1 : 3) * flops) / milliseconds / 1e6;
}

function quartiles(samples: readonly number[]): [number, number] {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  return [at(0.25), at(0.75)];
}
