import { createRng } from '@moekit/core';
import { byteTokenizer, tokenize } from '@moekit/data';
import type { TaskPlugin } from '@moekit/models';
import type { LanguageData, LanguageModellingOptions } from '@moekit/models/node';
import { languageModelling } from '@moekit/models/node';

/** Sums such as "27+58=85", learned by the model of the task `lm`. */
const sums: TaskPlugin<LanguageModellingOptions, LanguageData> = {
  ...languageModelling,
  name: 'sums',
  load() {
    const [train, validation] = [textOf(1, 4000), textOf(2, 400)];
    const source = { name: 'sums', attribution: 'made by sums.ts', train, validation };
    const tokens = tokenize(source, byteTokenizer());
    const { name, attribution, hash } = tokens;
    return Promise.resolve({ tokens, description: { name, attribution, hash, details: {} } });
  },
};

export default sums;

function textOf(seed: number, count: number): Uint8Array {
  const rng = createRng(seed);
  const line = () => {
    const [a, b] = [rng.integer(100), rng.integer(100)];
    return `${a}+${b}=${a + b}\n`;
  };
  return new TextEncoder().encode(Array.from({ length: count }, line).join(''));
}
