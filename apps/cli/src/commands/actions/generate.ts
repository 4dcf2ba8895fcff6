import { text } from 'node:stream/consumers';

import type { GenerateOptions } from '@moekit/models';
import { generateText } from '@moekit/models';

import { applyDevice } from './apply-device.js';
import type { GenerateFlags } from '../generate.js';
import { defined } from '../../given.js';
import { print, say } from '../../output/terminal.js';
import { loadTextRun } from '../../training/load-text-run.js';

/**
 * Continues a prompt with the model of a run, and prints the text as it comes.
 * @returns the exit code      @throws coded errors for bad input
 */
export async function generateFrom(path: string, flags: GenerateFlags): Promise<number> {
  applyDevice(flags);
  const { checkpoint, run } = await loadTextRun(path, flags);
  try {
    const prompt = flags.prompt === '-' ? await text(process.stdin) : flags.prompt;
    const started = performance.now();
    if (!flags.json) print(prompt);
    let continued = '';
    for await (const piece of generateText(run, prompt, optionsOf(flags))) {
      continued += piece;
      if (!flags.json) print(piece);
    }
    const seconds = (performance.now() - started) / 1000;
    const tokens = flags.maxTokens;
    if (flags.json)
      print(`${JSON.stringify({ checkpoint, prompt, text: continued, tokens, seconds })}\n`);
    else print('\n');
    if (!flags.quiet) say(`${tokens} tokens, ${(tokens / seconds).toFixed(0)} tokens/s\n`);
    return 0;
  } finally {
    run.dispose();
  }
}

function optionsOf(flags: GenerateFlags): GenerateOptions {
  const { maxTokens, temperature, topK, topP, seed, cache } = flags;
  return { maxTokens, cache, ...defined({ temperature, topK, topP, seed }) };
}
