import { text } from 'node:stream/consumers';

import { loadPlugin, parts, readStoredRun } from '@moekit/bench';
import { resolveBinding } from '@moekit/core/di';
import type { GenerateOptions } from '@moekit/models';
import { generateText, loadRun } from '@moekit/models';
import { languageModelling, readManifest } from '@moekit/models/node';

import { applyDevice } from './apply-device.js';
import { composeApplication } from '../../container.js';
import type { GenerateFlags } from '../generate.js';
import { defined } from '../../given.js';
import { print, say } from '../../output/terminal.js';
import { findCheckpoint } from '../../training/find-checkpoint.js';
import { assertNoForeignCode } from '../../training/trusted.js';

/**
 * Continues a prompt with the model of a run, and prints the text as it comes.
 * @returns the exit code      @throws coded errors for bad input
 */
export async function generateFrom(path: string, flags: GenerateFlags): Promise<number> {
  applyDevice(flags);
  const application = await composeApplication();
  const best = flags.best ? languageModelling.metrics[0] : undefined;
  const checkpoint = await findCheckpoint(path, best);
  const registry = resolveBinding(application, parts.registry);
  const manifest = await readManifest(checkpoint);
  const stored = readStoredRun(manifest);
  assertNoForeignCode(stored, registry, flags);
  const { router: name } = stored.router;
  const plugin = await loadPlugin(flags.router ?? name, registry);
  await resolveBinding(application, parts.startBackend)(flags.backend ?? manifest.backend);
  const run = await loadRun(checkpoint, plugin ? { routers: [{ ...plugin, name }] } : {});
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
