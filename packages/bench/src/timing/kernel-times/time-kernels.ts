import { createRng, normalArray } from '@moekit/core';
import { registerKernels } from '@moekit/kernels';
import type { Scalar, Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { dispose, mul, sum, tensor2d, tidy, variable, variableGrads } from '@tensorflow/tfjs-core';

import { median, quartiles } from '../../statistics/summary.js';
import type { KernelCase, Pass } from './cases.js';
import type { Contender } from './contenders.js';
import {
  DENSE,
  LAYER,
  LAYER_SIMD,
  STOCK,
  denseLayer,
  expertLoop,
  moekitLayer,
  routingOnly,
} from './contenders.js';
import type { KernelSet, WasmKernelSets } from './kernel-sets.js';
import { withKernels } from './kernel-sets.js';
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
  readonly passes: readonly Pass[];
  time(pass: Pass): Promise<number>;
}

const PASSES: readonly Pass[] = ['forward', 'forward + backward'];

/** A case, PyTorch's layers at it where there are any, and the kernels to compare with on wasm. */
export interface Subject {
  readonly shape: KernelCase;
  readonly peers?: Peers | null;
  readonly wasm?: WasmKernelSets | null;
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

function enter(subject: Subject, contenders: readonly Contender[], seed: number): Entry {
  const { tokens, modelWidth, name } = subject.shape;
  const values = normalArray(createRng(seed).fork('tokens'), tokens * modelWidth);
  const x = tensor2d(values, [tokens, modelWidth]);
  const own = contenders.map((contender) => ({
    ...contender,
    case: name,
    passes: PASSES,
    time: (pass: Pass) => timeOnce(contender, pass, x),
  }));
  const { peers, wasm } = subject;
  return {
    timed: [
      ...own,
      ...(wasm ? withOtherKernels(own, wasm) : []),
      ...(peers ? timedPeers(peers, name, contenders[0]!.flops) : []),
    ],
    tensors: [x, ...contenders.flatMap(({ weights }) => weights)],
  };
}

/** The dense layer as it was before moekit replaced anything, and moekit's layer as engines without relaxed SIMD have it. */
function withOtherKernels(own: readonly Timed[], { stock, simd }: WasmKernelSets): Timed[] {
  const as = (name: string, other: string, kernels: KernelSet, passes: readonly Pass[]) =>
    own
      .filter((timed) => timed.name === name)
      .map((timed) => ({
        ...timed,
        name: other,
        passes,
        time: (pass: Pass) => withKernels(kernels, () => timed.time(pass)),
      }));
  return [
    ...as(DENSE, STOCK, stock, ['forward']), // its transposed products are a scalar loop of 45 s
    ...(simd ? as(LAYER, LAYER_SIMD, simd, PASSES) : []),
  ];
}

async function timeAll(entries: readonly Entry[], options: TimingOptions): Promise<KernelTime[]> {
  const samples = await interleave(
    entries.flatMap(({ timed }) => timed),
    options,
  );
  dispose(entries.flatMap(({ tensors }) => tensors));
  return summarise(samples);
}

interface Samples {
  readonly contender: Timed;
  readonly pass: Pass;
  readonly times: number[];
}

async function interleave(
  contenders: readonly Timed[],
  { repeats, warmUp }: TimingOptions,
): Promise<Samples[]> {
  const all: Samples[] = contenders.flatMap((contender) =>
    contender.passes.map((pass) => ({ contender, pass, times: [] })),
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
  return peers.names.map((name) => ({ case: at, name, flops, passes: PASSES, time: time(name) }));
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
