import '@tensorflow/tfjs';

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { setBackend } from '@tensorflow/tfjs-core';

import { builtInPlugins } from '../../../apps/cli/src/container.js';
import { assertNoForeignCode } from '../../../apps/cli/src/training/trusted.js';
import { loadModel, openRun } from '../../../packages/bench/src/run/open-run.js';
import { readStoredRun } from '../../../packages/bench/src/run/stored-run.js';
import type { CheckpointManifest } from '../../../packages/models/src/run/checkpoint/manifest.js';
import { hashManifest } from '../../../packages/models/src/run/checkpoint/manifest.js';
import {
  openCheckpoint,
  readManifest,
} from '../../../packages/models/src/run/checkpoint/read-checkpoint.js';
import type { Target } from '../target.js';
import { must } from '../target.js';

const FILES = ['manifest.json', 'tensors.safetensors'] as const;
type Files = Readonly<Record<(typeof FILES)[number], Buffer>>;

/** A run that `moekit train` left behind. */
let trained: Files | undefined;

function files(): Files {
  if (trained) return trained;
  const out = mkdtempSync(join(tmpdir(), 'run-'));
  const sizes = ['contextLength=8', 'modelWidth=8', 'numHeads=2', 'numLayers=2'];
  const moekit = join(import.meta.dirname, '../../../apps/cli/bin/moekit.js');
  execFileSync(process.execPath, [
    ...[moekit, 'train', '--backend', 'cpu', '--steps', '2', '--quiet', '--out', out],
    ...sizes.flatMap((size) => ['--set', `model.${size}`]),
    ...['--set', 'training.batchSize=2'],
  ]);
  const folder = join(out, 'checkpoints', 'step-00000002');
  trained = {
    'manifest.json': readFileSync(join(folder, 'manifest.json')),
    'tensors.safetensors': readFileSync(join(folder, 'tensors.safetensors')),
  };
  return trained;
}

function place(folder: string, changed: Partial<Files>): void {
  for (const file of FILES) writeFileSync(join(folder, file), changed[file] ?? files()[file]);
}

async function opened(folder: string) {
  const { manifest, tensors } = await openCheckpoint(folder);
  await tensors.close();
  return manifest;
}

const whole = () => JSON.parse(files()['manifest.json'].toString()) as unknown;

/** Any byte of a checkpoint may change: it is refused, or it says what it said. */
function damaged(file: (typeof FILES)[number], form: Target['form']): Target {
  return {
    name: `checkpoint, ${file}`,
    form,
    seeds: () => [files()[file]],
    async read(input, folder) {
      place(folder, { [file]: input });
      const manifest = await opened(folder);
      must(
        isDeepStrictEqual(JSON.parse(JSON.stringify(manifest)), whole()),
        'it says something else',
      );
      must(file === 'manifest.json' || input.equals(files()[file]), 'its tensors are others');
    },
  };
}

/** A safetensors file whose hash the manifest has: somebody made it so. */
const forgedTensors: Target = {
  name: 'checkpoint, forged tensors',
  form: 'bytes',
  seeds: () => [files()['tensors.safetensors']],
  async read(input, folder) {
    const before = whole() as { tensors: object };
    const sha256 = createHash('sha256').update(input).digest('hex');
    const manifest = { ...before, tensors: { ...before.tensors, sha256, bytes: input.length } };
    place(folder, { 'manifest.json': forged(manifest)!, 'tensors.safetensors': input });
    await load(folder);
  },
};

/** A manifest whose own hash fits: sizes, names and figures are anybody's. */
const forgedManifest: Target = {
  name: 'checkpoint, forged manifest',
  form: 'json',
  seeds: () => [files()['manifest.json']],
  async read(input, folder) {
    place(folder, { 'manifest.json': forged(json(input)) ?? input });
    await load(folder);
  },
};

function json(input: Buffer): unknown {
  try {
    return JSON.parse(input.toString());
  } catch {
    return null;
  }
}

/** @returns undefined for what has no hash: no object, or one too deep to be written */
function forged(manifest: unknown): Buffer | undefined {
  if (typeof manifest !== 'object' || manifest === null || Array.isArray(manifest))
    return undefined;
  try {
    const sha256 = hashManifest(manifest as CheckpointManifest);
    return Buffer.from(JSON.stringify({ ...manifest, sha256 }));
  } catch {
    return undefined;
  }
}

/** As `moekit eval` does, up to the weights. */
async function load(folder: string): Promise<void> {
  await setBackend('cpu');
  const registry = builtInPlugins();
  assertNoForeignCode(readStoredRun(await readManifest(folder)), registry, {});
  const task = await loadModel(await openRun(folder, { registry }));
  for (const [name, variable] of task.model.namedVariables()) {
    must(variable.dataSync().every(Number.isFinite), `${name} is not finite`);
  }
  task.model.dispose();
}

export const checkpoints = [
  damaged('manifest.json', 'json'),
  damaged('tensors.safetensors', 'bytes'),
  forgedTensors,
  forgedManifest,
];
