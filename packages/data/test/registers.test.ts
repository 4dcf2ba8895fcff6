import { describe, expect, it } from 'vitest';

import { loadTokens } from '../src/load-tokens.js';
import { loadRegisters } from '../src/registers/registers.js';
import { huggingFaceTokenizer } from '../src/index.js';

const text = (bytes: Uint8Array) => new TextDecoder('utf-8', { fatal: true }).decode(bytes);

/** Each text's counts of bytes, as shares. */
function histogram(bytes: Uint8Array): Float64Array {
  const counts = new Float64Array(256);
  bytes.forEach((byte) => counts[byte]!++);
  return counts.map((count) => (count + 1) / (bytes.length + 256));
}

describe('registers', () => {
  it('are four texts of as many whole lines of UTF-8, to the nearest line', async () => {
    const registers = await loadRegisters();
    expect(registers.map(({ name }) => name)).toEqual([
      'plays',
      'encyclopaedia',
      'code',
      'numbers',
    ]);
    for (const { train, validation, attribution } of registers) {
      expect(text(train).endsWith('\n') && text(validation).endsWith('\n')).toBe(true);
      expect(train.length / 250_000).toBeGreaterThan(0.98);
      expect(validation.length / 25_000).toBeGreaterThan(0.98);
      expect(train.length).toBeLessThanOrEqual(250_000);
      expect(attribution).not.toBe('');
    }
  });

  it('differ: a window of 64 bytes is of the register whose bytes it is most like', async () => {
    const registers = await loadRegisters();
    const models = registers.map(({ train }) => histogram(train));
    const likeliest = (window: Uint8Array) => {
      const scores = models.map((shares) =>
        window.reduce((sum, byte) => sum + Math.log(shares[byte]!), 0),
      );
      return scores.indexOf(Math.max(...scores));
    };
    registers.forEach(({ validation }, label) => {
      const windows = Array.from({ length: 100 }, (_, i) =>
        validation.subarray(i * 240, i * 240 + 64),
      );
      const right = windows.filter((window) => likeliest(window) === label).length;
      expect(right).toBeGreaterThan(75); // a guess is right 25 times
    });
  });

  it('have no number of the validation split in the training split', async () => {
    const { train, validation } = (await loadRegisters()).at(-1)!;
    const seen = new Set(text(train).split('\n'));
    const lines = text(validation).trim().split('\n');
    expect(lines.length).toBeGreaterThan(200);
    expect(lines.filter((line) => seen.has(line))).toEqual([]);
  });

  it('give a label for each token, and one hash', async () => {
    const data = await loadTokens({ source: 'registers', tokenizer: 'bytes' });
    const registers = await loadRegisters();
    expect(data.labels!.names).toEqual(registers.map(({ name }) => name));
    for (const split of ['train', 'validation'] as const) {
      const { length } = data[split];
      const labels = Array.from(data.labels![split].slice(0, length));
      const ids = Array.from(data[split].slice(0, length));
      registers.forEach((register, label) => {
        const bytes = ids.filter((_, i) => labels[i] === label);
        expect(text(Uint8Array.from(bytes))).toBe(text(register[split]));
      });
    }
    expect(data.bytesPerToken).toBe(1);
    expect(data.hash).toBe('5ff0baff37fc83e8eadc2075d3115253b929380dcf6abb41026b515887c2d5d1');
  });

  it('are encoded each by itself by a tokenizer that was trained on all', async () => {
    const data = await loadTokens({ source: 'registers', tokenizer: 'bpe:300' });
    const { labels, validation, bytesPerToken } = data;
    expect(labels!.validation.length).toBe(validation.length);
    expect(bytesPerToken).toBeGreaterThan(1.1);
    const bytes = (await loadRegisters()).reduce((sum, one) => sum + one.validation.length, 0);
    expect(bytesPerToken! * validation.length).toBeCloseTo(bytes, 6);
    const kept = huggingFaceTokenizer(JSON.parse(data.tokenizerFile!) as never, 'kept');
    const [plays] = await loadRegisters();
    const first = Array.from(validation.slice(0, 50));
    const start = text(plays!.validation).slice(0, 20);
    expect(text(kept.decode(Int32Array.from(first)))).toContain(start);
  }, 60_000);
});
