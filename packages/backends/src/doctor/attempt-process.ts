import {
  dispatch,
  dispatchPlan,
  explainPlan,
  groupedMatMul,
  registerKernels,
} from '@moekit/kernels';
import type { Tensor } from '@tensorflow/tfjs-core';
import { grads, matMul, sum, tensor2d, tensor3d } from '@tensorflow/tfjs-core';

import { startBackend } from '../start/start-backend.js';
import { bestInstalled } from '../tensorflow/list-installed.js';
import { loadNative } from '../tensorflow/load-native.js';
import { EXPLAINED } from './explained-shape.js';

/** Run by `tryBackend` in a process of its own: starts the backend it is given, computes, prints what came of it. */
try {
  await startBackend(process.argv[2]!);
  if (process.env['MOEKIT_EXPECT_NATIVE'] === 'on') expectNative();
  registerKernels();
  await compute();
  say({ plan: explain() });
  process.exit(0);
} catch (error) {
  say({ failed: messagesOf(error) });
  process.exit(1);
}

function say(words: object): void {
  process.stdout.write(`\n${JSON.stringify(words)}\n`);
}

function messagesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  return [error.message, ...(error.cause === undefined ? [] : messagesOf(error.cause))];
}

function expectNative(): void {
  const { dir, manifest } = bestInstalled()!;
  const native = loadNative(dir, manifest!);
  if (!native.loaded) throw new Error(`moekit’s operations: ${native.reason}`);
}

async function compute(): Promise<void> {
  const x = tensor2d([1, 2, 3, 4], [2, 2]);
  const w = tensor2d([5, 6, 7, 8], [2, 2]);
  await expect('matMul', matMul(x, w), [19, 22, 43, 50]);
  const gradient = grads((a, b) => sum(matMul(a as typeof x, b as typeof w)));
  await expect('the gradient of matMul', gradient([x, w])[1]!, [4, 4, 6, 6]);
  const experts = tensor3d([1, 0, 0, 1, 2, 0, 0, 2], [2, 2, 2]);
  const plan = dispatchPlan(tensor2d([0, 1, 1, 0], [2, 2]), { maxRows: 2 });
  const routed = (a: Tensor, e: Tensor) =>
    groupedMatMul(dispatch(a as typeof x, plan), e as typeof experts, plan);
  await expect('groupedMatMul', routed(x, experts), [3, 4, 2, 4]);
  const dx = grads((a, e) => sum(routed(a, e)))([x, experts])[0]!;
  await expect('the gradient of groupedMatMul', dx, [2, 2, 1, 1]);
}

async function expect(name: string, got: Tensor, wanted: readonly number[]): Promise<void> {
  const values = Array.from(await got.data());
  const right =
    values.length >= wanted.length && wanted.every((v, i) => Math.abs(values[i]! - v) < 1e-4);
  if (!right) throw new Error(`${name} gave ${values.join(' ')} instead of ${wanted.join(' ')}`);
}

function explain() {
  const { tokens, numExperts, k, ...widths } = EXPLAINED;
  const mask = Float32Array.from({ length: tokens * numExperts }, (_, pair) => {
    const [token, expert] = [Math.floor(pair / numExperts), pair % numExperts];
    return Number((expert - token * k + tokens * numExperts) % numExperts < k); // every expert as often as any other
  });
  const plan = dispatchPlan(tensor2d(mask, [tokens, numExperts]), { maxRows: tokens * k });
  return explainPlan(plan, widths);
}
