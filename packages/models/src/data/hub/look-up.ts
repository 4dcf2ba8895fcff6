import { isMoekitError } from '@moekit/core';

import { readCard } from './card.js';
import type { HubEnvironment } from './environment.js';
import type { HubPackage } from './hub-package.js';
import { loadHubPackage } from './hub-package.js';
import type { HubFile, HubListing, HubRepository } from './repository.js';
import { hubFetch, unreachable } from './request.js';

/**
 * Asks the Hub which commit a revision is, and what it holds.
 * @throws MODELS_HUB_PACKAGE, MODELS_HUB_NETWORK, MODELS_HUB_MISSING, MODELS_HUB_ACCESS
 */
export async function lookUp(
  repository: HubRepository,
  revision: string,
  environment: HubEnvironment,
): Promise<HubListing> {
  const { type } = repository;
  const hub = await loadHubPackage();
  const accessToken = await environment.token();
  const { endpoint } = environment;
  const asked = { ...repository, endpoint, revision, hasToken: accessToken !== undefined };
  const connection = {
    hubUrl: endpoint,
    fetch: hubFetch(asked),
    ...(accessToken !== undefined && { accessToken }),
  };
  try {
    const info = await infoOf(hub, repository, { ...connection, revision });
    const { license, configs } = readCard(info.cardData);
    const repo = { type, name: info.name };
    const files: HubFile[] = [];
    const entries = hub.listFiles({ ...connection, repo, revision: info.sha, recursive: true });
    for await (const entry of entries) {
      if (entry.type !== 'file' || !isSafe(entry.path)) continue;
      const { path, lfs } = entry;
      const oid = lfs?.oid ?? entry.oid;
      if (oid) files.push({ path, oid, size: lfs?.size ?? entry.size });
    }
    return { name: info.name, commit: info.sha, license, configs, files };
  } catch (cause) {
    throw isMoekitError(cause) ? cause : unreachable(endpoint, cause); // an answer nobody understands
  }
}

async function infoOf(
  { datasetInfo, modelInfo }: HubPackage,
  { type, name }: HubRepository,
  connection: { readonly hubUrl: string; readonly fetch: typeof fetch; readonly revision: string },
): Promise<{ readonly name: string; readonly sha: string; readonly cardData?: unknown }> {
  const info =
    type === 'dataset'
      ? await datasetInfo({ ...connection, name, additionalFields: ['sha', 'cardData'] })
      : await modelInfo({ ...connection, name, additionalFields: ['sha'] });
  const isCommit = typeof info.sha === 'string' && /^[0-9a-f]{40}$/.test(info.sha);
  if (isCommit && typeof info.name === 'string') return info;
  throw new Error('no commit of the revision in the answer');
}

/** Names come from anyone, and are part of a path in the cache. */
function isSafe(path: string): boolean {
  return !/[\\:\0]/.test(path) && !path.split('/').some((part) => /^\.{0,2}$/.test(part));
}
