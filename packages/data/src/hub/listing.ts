import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { isMoekitError } from '@moekit/core';
import { readSmallText, writeWhole } from '@moekit/files';
import { z } from 'zod';

import { cacheFolder } from '../cache-folder.js';
import { fail } from '../errors.js';
import type { HubEnvironment } from './environment.js';
import { fileSchema, infoSchema, MOST_FILES } from './listing-schema.js';
import { lookUp } from './look-up.js';
import type { HubListing, HubRepository } from './repository.js';

/** Bytes of a listing that is kept. */
const LARGEST_LISTING = 2 ** 28;

const storedSchema = z.object({
  schema: z.literal(1),
  /** When it was asked for, ms. */
  at: z.number(),
  listing: z.object({
    name: infoSchema.shape.name,
    commit: infoSchema.shape.sha,
    license: z.string().nullable(),
    configs: z
      .array(
        z.object({
          name: z.string(),
          isDefault: z.boolean(),
          folder: z.string().optional(),
          splits: z.record(z.string(), z.array(z.string()).readonly()).readonly().optional(),
        }),
      )
      .readonly(),
    files: z.array(fileSchema).max(MOST_FILES).readonly(),
  }),
});

/**
 * The files of a repository at a revision: as the Hub says now, or as it said when there was a network. Kept below
 * MOEKIT_HOME, since a cache of files does not tell whether it has all of them.
 * @throws DATA_HUB_PACKAGE, DATA_HUB_NETWORK, DATA_HUB_MISSING, DATA_HUB_ACCESS
 */
export async function listingOf(
  repository: HubRepository,
  revision: string,
  environment: HubEnvironment,
): Promise<HubListing> {
  const path = fileOf(repository, revision, environment);
  const stored = await read(path);
  if (environment.offline) return stored?.listing ?? notStored(repository, environment);
  if (stored && stored.at >= environment.since) return stored.listing;
  try {
    const listing = await lookUp(repository, revision, environment);
    await keep(path, { schema: 1, at: Date.now(), listing }).catch(() => undefined);
    return listing;
  } catch (error) {
    const noNetwork = isMoekitError(error) && error.code === 'DATA_HUB_NETWORK';
    if (stored && noNetwork) return stored.listing;
    throw error;
  }
}

function fileOf(
  { type, name }: HubRepository,
  revision: string,
  { endpoint }: HubEnvironment,
): string {
  const key = createHash('sha256').update(JSON.stringify([endpoint, type, name, revision]));
  return join(cacheFolder('datasets'), `${key.digest('hex')}.json`);
}

async function read(path: string) {
  const text = await readSmallText(path, LARGEST_LISTING).catch(() => 'null');
  try {
    return storedSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

async function keep(path: string, stored: z.input<typeof storedSchema>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeWhole(path, `${JSON.stringify(stored)}\n`);
}

function notStored({ name }: HubRepository, { cache }: HubEnvironment): never {
  throw fail('DATA_HUB_NETWORK', {
    asked: `HF_HUB_OFFLINE is set, and ${cache} has nothing of ${name}`,
    fix: 'Run once online, without HF_HUB_OFFLINE.',
  });
}
