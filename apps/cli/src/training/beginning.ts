import type { PluginRegistry } from '@moekit/bench';
import { describedTask, parts, readStoredRun, specInput } from '@moekit/bench';
import { resolveBinding } from '@moekit/core/di';
import type { CheckpointManifest } from '@moekit/models/node';
import { readManifest } from '@moekit/models/node';
import type { DependencyContainer } from 'tsyringe';

import { fail } from '../errors.js';
import { checkpointsIn } from './checkpoints-in.js';
import { findCheckpoint } from './find-checkpoint.js';
import type { Trusted } from './trusted.js';
import { assertNoForeignCode } from './trusted.js';

/** The flags that decide what a run begins with. */
export interface BeginningFlags {
  readonly from?: string;
  readonly branch?: string;
  readonly resume?: true;
  readonly out?: string;
  readonly config?: string;
  readonly router?: string;
  readonly task?: string;
}

/** The checkpoint of another run that `--from` or `--branch` names. */
export interface OtherRun {
  readonly kind: 'from' | 'branch';
  /** Its folder: the checkpoint itself, or the last whole one of the run that was named. */
  readonly path: string;
  readonly manifest: CheckpointManifest;
}

/** @throws CLI_USAGE where both are given, MODELS_CHECKPOINT_* */
export async function otherRunOf({ from, branch }: BeginningFlags): Promise<OtherRun | undefined> {
  if (from !== undefined && branch !== undefined) {
    throw fail('CLI_USAGE', {
      asked: '--from and --branch each name the checkpoint that a run begins with',
      got: `--from ${from} and --branch ${branch}`,
      fix: 'Use --from for its weights alone, --branch for its optimiser and step too.',
    });
  }
  const given = from ?? branch;
  if (given === undefined) return undefined;
  const path = await findCheckpoint(given);
  const kind = from === undefined ? 'branch' : 'from';
  return { kind, path, manifest: await readManifest(path) };
}

/**
 * The configuration that flags change: of the checkpoint that the run begins with, unless a file has it.
 * @returns undefined for a run that begins with no checkpoint
 */
export async function baseOf(
  application: DependencyContainer,
  other: OtherRun | undefined,
  flags: BeginningFlags,
): Promise<Record<string, unknown> | undefined> {
  const { resume, out, config, router, task } = flags;
  if (config !== undefined) return undefined;
  const trusted = { router, task };
  const last = resume && out ? await lastManifest(application, out, trusted) : undefined;
  if (last) return specInput(last);
  if (!other) return undefined;
  await assertReadable(application, other, trusted);
  return specInput(other.manifest);
}

/** Of the last whole checkpoint; skipped ones are reported when training resumes from it. */
async function lastManifest(application: DependencyContainer, folder: string, trusted: Trusted) {
  const { whole, broken } = await checkpointsIn(application, folder).latestWhole();
  if (!whole && broken[0]) throw broken[0].error;
  if (!whole) return undefined;
  const manifest = await readManifest(whole.path);
  await assertReadable(application, { path: whole.path, manifest }, trusted);
  return manifest;
}

async function assertReadable(
  application: DependencyContainer,
  { path, manifest }: Pick<OtherRun, 'path' | 'manifest'>,
  trusted: Trusted,
): Promise<void> {
  const registry: PluginRegistry = resolveBinding(application, parts.registry);
  const stored = readStoredRun(manifest);
  assertNoForeignCode(stored, registry, trusted);
  await describedTask(path, stored, { registry, name: trusted.task });
}

/**
 * Asserts that a run that is resumed began with the checkpoint that is named again.
 * @throws CLI_USAGE
 */
export function assertBeganWith(manifest: CheckpointManifest, other: OtherRun | undefined): void {
  if (!other) return;
  const { kind, path } = other;
  const began = manifest.history?.filter((part) => part.kind === kind) ?? [];
  if (began.some(({ source }) => source?.sha256 === other.manifest.sha256)) return;
  throw fail('CLI_USAGE', {
    asked: `A run that is resumed cannot begin with another checkpoint: --${kind} ${path}`,
    got: `the checkpoints of a run that ${wordsOf(began[0]?.source?.path, kind)}`,
    fix: `Leave --${kind} out to resume it, or start another run with another --out.`,
  });
}

const wordsOf = (path: string | undefined, kind: string) =>
  path === undefined ? `did not begin with --${kind}` : `began with --${kind} ${path}`;
