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

/** Something that is timed at a case; `time` computes one pass and gives milliseconds. */
interface Timed {
  readonly case: string;
  readonly name: string;
  readonly flops: number;
  time(pass: Pass): Promise<number>;
}

/** A case, and PyTorch's layers at it where there are any. */
export interface Subject {
  readonly shape: KernelCase;
  readonly peers?: Peers | null;
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
  const entry = enter({ shape }, [dense], options.seed);
  return timeAll([entry], { ...options, passes: ['forward'] });
}

/**
 * Times moekit's layer, the dense layer of equal FLOPs, the loop over experts and PyTorch's.
 * @param family cases that are compared with one another: all repeats of all of them are interleaved
 */
export async function timeKernels(
  family: readonly Subject[],
  options: TimingOptions,
): Promise<KernelTime[]> {
  registerKernels();
  const entries = family.map((subject) => {
    const { shape } = subject;
    const layer = moekitLayer(shape, options.seed);
    const contenders = [
      layer,
      denseLayer(shape, layer.rows, options.seed),
      routingOnly(shape, options.seed),
      ...(shape.withoutLoop ? [] : [expertLoop(shape, options.seed)]),
    ];
    return enter(subject, contenders, options.seed);
  });
  return timeAll(entries, options);
}

/** The contenders of a case, with the tensors that are theirs. */
interface Entry {
  readonly timed: readonly Timed[];
  readonly tensors: readonly Tensor[];
}

function enter({ shape, peers }: Subject, contenders: readonly Contender[], seed: number): Entry {
  const { tokens, modelWidth, name } = shape;
  const values = normalArray(createRng(seed).fork('tokens'), tokens * modelWidth);
  const x = tensor2d(values, [tokens, modelWidth]);
  const own = contenders.map((contender) => ({
    ...contender,
    case: name,
    time: (pass: Pass) => timeOnce(contender, pass, x),
  }));
  const others = peers ? timedPeers(peers, name, contenders[0]!.flops) : [];
  return {
    timed: [...own, ...others],
    tensors: [x, ...contenders.flatMap(({ weights }) => weights)],
  };
}

async function timeAll(
  entries: readonly Entry[],
  options: InterleaveOptions,
): Promise<KernelTime[]> {
  const samples = await interleave(
    entries.flatMap(({ timed }) => timed),
    options,
  );
  dispose(entries.flatMap(({ tensors }) => tensors));
  return summarise(samples);
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

function summarise(all: readonly Samples[]): KernelTime[] {
  const rateOf = ({ contender, pass, times }: Samples) =>
    rate(contender.flops, pass, median(times));
  return all.map((samples) => {
    const { contender, pass, times } = samples;
    const dense = all.find(
      (other) =>
        other.contender.case === contender.case &&
        other.pass === pass &&
        other.contender.name === DENSE,
    );
    return {
      case: contender.case,
      contender: contender.name,
      pass,
      milliseconds: median(times),
      spread: quartiles(times),
      gigaflopsPerSecond: rateOf(samples),
      rateToDense: dense ? rateOf(samples) / rateOf(dense) : 1,
    };
  });
}

function timedPeers(peers: Peers, at: string, flops: number): Timed[] {
  const time = (name: string) => (pass: Pass) => peers.time(name, pass);
  return peers.names.map((name) => ({ case: at, name, flops, time: time(name) }));
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
