import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { sha256 } from '@moekit/data';
import { syncFolder, writeAndSync } from '@moekit/files';

import type { Continuation, TrainableModel } from '../../contract.js';
import { fail } from '../../errors.js';
import { stringifyFigures } from '../../figure.js';
import type { AdamW } from '../../training/adamw.js';
import type { CheckpointManifest, CheckpointRun } from './manifest.js';
import {
  CHECKPOINT_SCHEMA,
  hashManifest,
  MANIFEST_FILE,
  TENSORS_FILE,
  TOKENIZER_FILE,
} from './manifest.js';
import { readManifest } from './read-checkpoint.js';
import type { WritableTensor, WrittenFile } from './safetensors-write.js';
import { writeSafetensors } from './safetensors-write.js';
import { stateTensors } from './state-tensors.js';

/** The parts of a checkpoint. */
export interface CheckpointState {
  readonly model: Pick<TrainableModel, 'namedVariables'>;
  readonly optimiser: AdamW;
  readonly run: CheckpointRun;
  /** The last one; shown, and what "best" goes by. */
  readonly evaluation?: CheckpointManifest['evaluation'];
  readonly earlyStopping?: CheckpointManifest['earlyStopping'];
  readonly history?: readonly Continuation[];
  /** See Task. */
  readonly tokenizerFile?: string | undefined;
}

/** Before the name of a folder that is not finished. */
export const PART = '.part-';

/**
 * Writes a checkpoint as a folder of two files, as a whole or not at all: the folder gets its name when the disk has
 * everything in it, and its manifest was read back. Weights must hold still meanwhile (see `TrainControl.afterStep`).
 * @param folder must not exist yet
 * @throws MODELS_CHECKPOINT_WRITE
 */
export async function saveCheckpoint(
  folder: string,
  state: CheckpointState,
): Promise<CheckpointManifest> {
  const parent = dirname(folder);
  const part = join(parent, `${PART}${folder.slice(parent.length + 1)}`);
  try {
    await rm(part, { recursive: true, force: true });
    await mkdir(part, { recursive: true });
    const tensors = writable(state);
    const written = await writeSafetensors(join(part, TENSORS_FILE), tensors);
    const { tokenizerFile } = state;
    if (tokenizerFile !== undefined) await writeAndSync(join(part, TOKENIZER_FILE), tokenizerFile);
    const manifest = describe(state, { ...written, count: tensors.size });
    await writeAndSync(join(part, MANIFEST_FILE), `${stringifyFigures(manifest, 2)}\n`);
    await readManifest(part);
    await syncFolder(part);
    await rename(part, folder);
    await syncFolder(parent);
    return manifest;
  } catch (cause) {
    await rm(part, { recursive: true, force: true }).catch(() => undefined);
    throw fail('MODELS_CHECKPOINT_WRITE', {
      asked: `Cannot write a checkpoint to ${folder}: ${(cause as Error).message}`,
      fix: 'Free some space, or choose another folder. Earlier checkpoints are unchanged.',
      cause,
    });
  }
}

function writable({ model, optimiser }: CheckpointState): Map<string, WritableTensor> {
  return new Map(
    [...stateTensors(model, optimiser)].map(([name, variable]) => {
      const dtype = variable.dtype === 'int32' ? 'I32' : 'F32';
      const read = () => variable.data<'float32' | 'int32'>() as Promise<Float32Array | Int32Array>;
      return [name, { dtype, shape: variable.shape, read }];
    }),
  );
}

function describe(
  {
    optimiser,
    run,
    evaluation = null,
    earlyStopping,
    history = [],
    tokenizerFile,
  }: CheckpointState,
  tensors: WrittenFile & { readonly count: number },
): CheckpointManifest {
  const manifest = {
    schema: CHECKPOINT_SCHEMA,
    step: optimiser.step,
    ...run,
    optimiser: { name: 'adamw', options: { ...optimiser.options } },
    evaluation,
    ...(earlyStopping && { earlyStopping }),
    ...(history.length > 0 && { history: [...history] }),
    tensors: { file: TENSORS_FILE, ...tensors },
    ...(tokenizerFile !== undefined && { tokenizer: describeTokenizer(tokenizerFile) }),
  } as const;
  return { ...manifest, sha256: hashManifest(manifest) };
}

function describeTokenizer(text: string) {
  const bytes = new TextEncoder().encode(text);
  return { file: TOKENIZER_FILE, bytes: bytes.length, sha256: sha256([bytes]) } as const;
}
