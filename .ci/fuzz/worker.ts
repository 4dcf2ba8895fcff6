import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

import { isMoekitError } from '@moekit/core';
import fc from 'fast-check';

import { mutated } from './mutations.js';
import type { Target } from './target.js';
import { Refused } from './target.js';
import { targets } from './targets/all.js';

/** The request of the parent: inputs `from` to `to` of a target, each made of the seed and its number. */
export interface Orders {
  readonly target: string;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** For temporary files and for `input`, the bytes that are being read. */
  readonly folder: string;
}

export type Report =
  | { readonly type: 'reading'; readonly index: number }
  | { readonly type: 'finding'; readonly index: number; readonly message: string }
  | {
      readonly type: 'done';
      readonly accepted: number;
      readonly refused: number;
      readonly peakBytes: number;
    };

const send = (report: Report) => process.send!(report);

process.once('message', (orders: Orders) => {
  run(orders).then(
    () => process.disconnect(),
    (error: unknown) => {
      throw error;
    },
  );
});

async function run({ target: name, seed, from, to, folder }: Orders): Promise<void> {
  const target = targets.find((one) => one.name === name)!;
  const seeds = await target.seeds();
  for (const input of seeds) await readWhole(target, input, folder);
  const inputs = mutated(seeds, target.form);
  const prototype = Object.getOwnPropertyNames(Object.prototype).join();
  let [accepted, refused] = [0, 0];
  for (let index = from; index < to; index++) {
    const [input] = fc.sample(inputs, {
      seed: Math.imul(seed, 0x9e3779b1) + index,
      numRuns: 1,
    }) as [Buffer];
    writeFileSync(join(folder, 'input'), input);
    send({ type: 'reading', index });
    const place = mkdtempSync(join(folder, 'place-'));
    try {
      await target.read(input, place);
      accepted++;
    } catch (error) {
      if (error instanceof Refused || isCoded(error)) refused++;
      else send({ type: 'finding', index, message: describe(error) });
    }
    if (Object.getOwnPropertyNames(Object.prototype).join() !== prototype) {
      send({ type: 'finding', index, message: 'Object.prototype was changed' });
    }
    rmSync(place, { recursive: true, force: true });
    const stray = readdirSync(folder).filter((entry) => !['input', 'home'].includes(entry));
    if (stray.length > 0)
      send({ type: 'finding', index, message: `wrote outside: ${stray.join()}` });
  }
  send({ type: 'done', accepted, refused, peakBytes: process.resourceUsage().maxRSS * 1024 });
}

/** A target that refuses what it is made of would find nothing. */
async function readWhole(target: Target, input: Buffer, folder: string): Promise<void> {
  const place = mkdtempSync(join(folder, 'place-'));
  await target.read(input, place);
  rmSync(place, { recursive: true, force: true });
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  return (error.stack ?? error.message).split('\n').slice(0, 4).join('\n').slice(0, 600);
}

const isCoded = (error: unknown) => isMoekitError(error) && !error.code.endsWith('_UNEXPECTED');
