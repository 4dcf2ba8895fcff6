import { isMoekitError } from '@moekit/core';

import type { LoadProgress } from '../contract.js';
import { fail } from '../errors.js';
import type { TextFile, TextInput } from '../texts/text-input.js';
import type { ChosenFiles } from './choose.js';
import { chooseFiles } from './choose.js';
import type { DatasetConfig } from './configs.js';
import { configsOf, CONVERTED, convertedConfigs } from './configs.js';
import type { HubEnvironment } from './environment.js';
import { hubEnvironment } from './environment.js';
import { HubFiles } from './hub-files.js';
import { listingOf } from './listing.js';
import { datasetReference } from './reference.js';
import type { HubFile, HubListing } from './repository.js';

export interface HubTextOptions {
  /** Member or column that holds the text, where the reference does not say. */
  readonly field: string;
  /** So much is read; without it, all files are fetched. */
  readonly maxBytes?: number | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

/** Data set, commit and files that a reference leads to. */
interface Found {
  readonly listing: HubListing;
  readonly revision: string;
  readonly configs: readonly DatasetConfig[];
}

/**
 * The text of a data set on the Hugging Face Hub, `hf:owner/name?config=C&split=S&validation=V&field=F&revision=R`: its
 * Parquet, JSONL or text files, else what the Hub has converted to Parquet. Files are fetched once, when they are read.
 * @throws DATA_HUB_*
 */
export async function hubText(
  source: string,
  { field, maxBytes, onProgress }: HubTextOptions,
): Promise<TextInput> {
  const { name, options } = datasetReference(source);
  const environment = hubEnvironment();
  const found = await find(name, options.revision, environment);
  const { listing, revision, configs } = found;
  const chosen = chooseFiles(configs, options, listing.name);
  const { commit } = listing;
  const repository = { type: 'dataset', name: listing.name } as const;
  const files = new HubFiles({ repository, commit, revision, environment, onProgress });
  const { train, validation } = chosen;
  if (maxBytes === undefined) await files.announce([...train, ...(validation ?? [])]);
  const input = (file: HubFile): TextFile => ({
    path: files.pathOf(file),
    identity: [file.oid, file.path],
    fetch: () => files.fetch(file),
  });
  return {
    name: configs.length > 1 ? `${listing.name} ${chosen.config}` : listing.name,
    attribution: attributionOf(found, chosen),
    source,
    field: options.field ?? field,
    train: train.map(input),
    validation: validation?.map(input),
  };
}

async function find(
  name: string,
  revision: string | undefined,
  environment: HubEnvironment,
): Promise<Found> {
  const repository = { type: 'dataset', name } as const;
  const listing = await listingOf(repository, revision ?? 'main', environment);
  const configs = revision === CONVERTED ? convertedConfigs(listing) : configsOf(listing);
  if (configs.length > 0) return { listing, revision: revision ?? 'main', configs };
  const converted = revision === undefined ? await findConverted(listing, environment) : undefined;
  if (converted) return converted;
  throw unreadableFiles(listing);
}

async function findConverted(
  { name, license }: HubListing,
  environment: HubEnvironment,
): Promise<Found | undefined> {
  try {
    const listing = await listingOf({ type: 'dataset', name }, CONVERTED, environment);
    const configs = convertedConfigs(listing);
    if (configs.length === 0) return undefined;
    return { listing: { ...listing, license }, revision: CONVERTED, configs };
  } catch (error) {
    if (isMoekitError(error) && error.code === 'DATA_HUB_MISSING') return undefined;
    throw error;
  }
}

function attributionOf({ listing, configs }: Found, chosen: ChosenFiles): string {
  const { config, split, validationSplit } = chosen;
  const part = configs.length > 1 ? `, config ${config}` : '';
  const held = validationSplit === undefined ? 'its last tenth' : `its split ${validationSplit}`;
  const licence = listing.license ? `Licence: ${listing.license}` : 'Its card names no licence';
  return `data set ${listing.name}${part}, of the Hugging Face Hub at commit ${listing.commit.slice(0, 12)}, trained on its split ${split}, validated on ${held}. ${licence}.`;
}

function unreadableFiles({ name, files }: HubListing) {
  const endings = files.map(({ path }) => /\.[^./]+$/.exec(path)?.[0] ?? 'none');
  const seen = [...new Set(endings)].slice(0, 10).join(', ');
  return fail('DATA_HUB_FORMAT', {
    asked: `${name} on the Hugging Face Hub must have Parquet, JSONL or text files, or a Parquet branch made by the Hub`,
    got: files.length === 0 ? 'no files' : `files that end in ${seen}`,
    fix: 'Choose another data set, or download this one, convert it to one of those formats, and give the file or folder.',
  });
}
