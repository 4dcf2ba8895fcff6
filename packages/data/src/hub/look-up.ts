import { isMoekitError } from '@moekit/core';
import type { z } from 'zod';

import type { AnswerLimits } from './answer.js';
import { apiFetch, strangeAnswer } from './answer.js';
import { readCard } from './card.js';
import type { HubEnvironment } from './environment.js';
import type { HubPackage } from './hub-package.js';
import { loadHubPackage } from './hub-package.js';
import { entrySchema, infoSchema, MOST_FILES } from './listing-schema.js';
import type { HubFile, HubListing, HubRepository } from './repository.js';
import { unreachable } from './request.js';

/**
 * Asks the Hub which commit a revision is, and what it holds.
 * @throws DATA_HUB_PACKAGE, DATA_HUB_NETWORK, DATA_HUB_MISSING, DATA_HUB_ACCESS, DATA_HUB_ANSWER
 */
export async function lookUp(
  repository: HubRepository,
  revision: string,
  environment: HubEnvironment,
  limits: Partial<AnswerLimits> = {},
): Promise<HubListing> {
  const { type } = repository;
  const hub = await loadHubPackage();
  const accessToken = await environment.token();
  const { endpoint } = environment;
  const asked = { ...repository, endpoint, revision, hasToken: accessToken !== undefined };
  const connection = {
    hubUrl: endpoint,
    fetch: apiFetch(asked, limits),
    ...(accessToken !== undefined && { accessToken }),
  };
  try {
    const info = await infoOf(hub, repository, { ...connection, revision });
    const { license, configs } = readCard(info.cardData);
    const repo = { type, name: info.name };
    const files = new Map<string, HubFile>();
    const entries = hub.listFiles({ ...connection, repo, revision: info.sha, recursive: true });
    for await (const entry of entries) {
      if (entry?.type === 'directory') continue;
      const file = fileOf(entry, repository, environment);
      if (files.has(file.path))
        throw strangeAnswer({ ...repository, endpoint }, `${file.path} twice`);
      if (files.size === MOST_FILES) throw strangeAnswer({ ...repository, endpoint }, `more than ${MOST_FILES} files`); // prettier-ignore
      files.set(file.path, file);
    }
    return { name: info.name, commit: info.sha, license, configs, files: [...files.values()] };
  } catch (cause) {
    throw isMoekitError(cause) ? cause : unreachable(endpoint, cause); // not an answer of a Hub
  }
}

/** An entry of a listing, which anyone may have written. @throws DATA_HUB_ANSWER */
function fileOf(entry: unknown, { name }: HubRepository, { endpoint }: HubEnvironment): HubFile {
  const { data, error } = entrySchema.safeParse(entry);
  if (!data) throw strangeAnswer({ name, endpoint }, `an entry with ${wrongIn(error)}`);
  const { path, size, oid, lfs } = data;
  return { path, oid: lfs?.oid ?? oid, size: lfs?.size ?? size };
}

function wrongIn({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}

async function infoOf(
  { datasetInfo, modelInfo }: HubPackage,
  { type, name }: HubRepository,
  connection: { readonly hubUrl: string; readonly fetch: typeof fetch; readonly revision: string },
): Promise<z.output<typeof infoSchema>> {
  const info =
    type === 'dataset'
      ? await datasetInfo({ ...connection, name, additionalFields: ['sha', 'cardData'] })
      : await modelInfo({ ...connection, name, additionalFields: ['sha'] });
  const { data, error } = infoSchema.safeParse(info);
  if (data) return data;
  throw strangeAnswer({ name, endpoint: connection.hubUrl }, `a state with ${wrongIn(error)}`);
}
