import { sha256 as hashOf } from '@moekit/data';
import { z } from 'zod';

import { fail } from '../../errors.js';
import { figure, stringifyFigures } from '../../figure.js';
import { continuationSchema } from './history.js';
import { damaged, parseStrictJson } from './strict-json.js';

export const CHECKPOINT_SCHEMA = 'moekit/checkpoint@1';

/** Names of the files in a checkpoint's folder; fixed, so that no manifest can lead elsewhere. */
export const MANIFEST_FILE = 'manifest.json';
export const TENSORS_FILE = 'tensors.safetensors';
export const TOKENIZER_FILE = 'tokenizer.json';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const figures = z.record(z.string(), figure);

/** Everything that must be equal for a run to resume as if it had never stopped. */
const runSchema = z.strictObject({
  /** Task, model, router: whatever the program that trains builds them from. */
  config: z.record(z.string(), z.json()),
  /** As parsed by `train`; the seed among them. Only the schedule is a word. */
  training: z.record(z.string(), z.union([z.number(), z.string()])),
  data: z.strictObject({ name: z.string(), hash: z.string() }),
  backend: z.string(),
  versions: z.record(z.string(), z.string()),
});

const manifestSchema = z.strictObject({
  schema: z.literal(CHECKPOINT_SCHEMA),
  /** Steps taken: with the seed, also the position in the data and in every stream of random numbers. */
  step: z.int().min(0),
  ...runSchema.shape,
  optimiser: z.strictObject({
    name: z.literal('adamw'),
    options: z.record(z.string(), z.number()),
  }),
  /** The last one before this checkpoint: figures with capacity, and each MoE layer's routing (see `routingFigures`). */
  evaluation: z
    .strictObject({ step: z.int(), metrics: figures, layers: z.array(figures) })
    .nullable(),
  /** Of a run that may end early, up to this step. */
  earlyStopping: z
    .strictObject({
      best: z.strictObject({ step: z.int(), loss: z.number() }).nullable(),
      waited: z.int().min(0),
    })
    .exactOptional(),
  /** How the run came about, where it was resumed with more steps or began with another's checkpoint; in order. */
  history: z.array(continuationSchema).exactOptional(),
  tensors: z.strictObject({
    file: z.literal(TENSORS_FILE),
    bytes: z.int().min(0),
    sha256,
    count: z.int().min(0),
  }),
  /** Of models that read text; absent in checkpoints from before it was saved. */
  tokenizer: z
    .strictObject({ file: z.literal(TOKENIZER_FILE), bytes: z.int().min(0), sha256 })
    .exactOptional(),
  /** Over the JSON of everything above. */
  sha256,
});

export type CheckpointRun = z.output<typeof runSchema>;
export type CheckpointManifest = z.output<typeof manifestSchema>;

/**
 * Reads the text of a manifest.
 * @throws MODELS_CHECKPOINT_CORRUPT, MODELS_CHECKPOINT_VERSION
 */
export function parseManifest(text: string): CheckpointManifest {
  const value = parseStrictJson(text, "A checkpoint's manifest");
  assertSchema((value as { schema?: unknown } | null)?.schema);
  const parsed = manifestSchema.safeParse(value);
  if (parsed.success) {
    if (hashManifest(value as CheckpointManifest) === parsed.data.sha256) return parsed.data;
    throw damaged("A checkpoint's manifest", 'one that was changed after it was written');
  }
  const [issue] = parsed.error.issues;
  throw damaged("A checkpoint's manifest", `${issue?.path.join('.')}: ${issue?.message}`);
}

/** sha256 (hex) of a manifest without its own hash. */
export function hashManifest(manifest: Omit<CheckpointManifest, 'sha256'>): string {
  const { sha256: _, ...rest } = manifest as CheckpointManifest;
  return hashOf([stringifyFigures(rest)]);
}

function assertSchema(schema: unknown): void {
  if (schema === CHECKPOINT_SCHEMA) return;
  if (typeof schema !== 'string' || !/^moekit\/checkpoint@\d+$/.test(schema)) {
    throw damaged("A checkpoint's manifest", 'one that does not say it is a moekit checkpoint');
  }
  throw fail('MODELS_CHECKPOINT_VERSION', {
    asked: `A checkpoint must have the form ${CHECKPOINT_SCHEMA}`,
    got: schema,
    fix: 'Read it with the version of moekit that wrote it.',
  });
}
