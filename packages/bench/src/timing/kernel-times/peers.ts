import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { createRng } from '@moekit/core';

import type { KernelCase, Pass } from './cases.js';
import { drawMask } from './routing.js';

/** PyTorch in a process of its own, which computes one pass whenever it is asked. */
export interface Peers {
  readonly names: readonly string[];
  /** Contenders that this PyTorch cannot compute, with its words. */
  readonly failed: Readonly<Record<string, string>>;
  readonly torch: string;
  /** @returns milliseconds */
  time(name: string, pass: Pass): Promise<number>;
  close(): void;
}

/**
 * Starts the peers of a case on the same routing.
 * @param python an interpreter with the packages of packages/bench/peers/requirements.txt
 * @returns null where it cannot run them
 */
export async function startPeers(
  shape: KernelCase,
  { python, seed }: { python: string; seed: number },
): Promise<Peers | null> {
  const script = fileURLToPath(new URL('../../peers/time_peers.py', import.meta.url));
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async <Answer>(message: object): Promise<Answer | null> => {
    child.stdin.write(`${JSON.stringify(message)}\n`);
    const { value, done } = await lines.next();
    return done ? null : (JSON.parse(value) as Answer);
  };
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  const ready = await ask<Omit<Peers, 'time' | 'close'>>(routingOf(shape, seed));
  if (ready === null) return null;
  return { ...ready, time: timer(ask), close: () => end(child) };
}

function timer(ask: (message: object) => Promise<{ milliseconds: number } | null>) {
  return async (contender: string, pass: Pass) => {
    const answer = await ask({ contender, backward: pass !== 'forward' });
    return answer?.milliseconds ?? NaN;
  };
}

function end(child: ChildProcess): void {
  child.stdin?.end();
}

/** The case with its routing as PyTorch indexes it. */
function routingOf(shape: KernelCase, seed: number) {
  const { tokens, numExperts, kept = 1 } = shape;
  const mask = drawMask(shape, createRng(seed));
  const tokensOf = Array.from({ length: numExperts }, (_, e) =>
    range(tokens).filter((t) => mask[t * numExperts + e] === 1),
  );
  const pairsPerToken = range(tokens).map((t) =>
    range(numExperts).filter((e) => mask[t * numExperts + e] === 1),
  );
  return {
    ...shape,
    sizes: tokensOf.map(({ length }) => length),
    tokenIndices: tokensOf.flat(),
    pairsPerToken: kept === 1 ? pairsPerToken : null,
  };
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
