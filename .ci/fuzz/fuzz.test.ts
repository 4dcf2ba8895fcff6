import { join } from 'node:path';
import process from 'node:process';

import { expect, test } from 'vitest';

import { attack } from './attack.js';
import { targets } from './targets/all.js';

/** A new seed each time, so that CI sees other inputs every day; the one that is printed brings them back. */
const seed = Number(process.env['MOEKIT_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const inputs = Number(process.env['MOEKIT_FUZZ_INPUTS'] ?? 100);
const from = Number(process.env['MOEKIT_FUZZ_FROM'] ?? 0);
const findings = join(import.meta.dirname, '../out/fuzz');

test.concurrent.each(targets.map(({ name }) => name))(
  `%s: ${inputs} inputs of seed ${seed}`,
  async (target) => {
    const outcome = await attack({ target, seed, from, to: from + inputs, findings });
    const { accepted, refused, peakBytes } = outcome;
    const peak = Math.round(peakBytes / 2 ** 20);
    process.stdout.write(
      `${target}: seed ${seed}, ${accepted} accepted, ${refused} refused, ${peak} MiB at most\n`,
    );
    expect(outcome.findings).toEqual([]);
    expect(accepted + refused).toBe(inputs);
  },
);
