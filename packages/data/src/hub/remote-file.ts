import { isMoekitError } from '@moekit/core';

import { fail } from '../errors.js';
import type { HubEnvironment } from './environment.js';
import { loadHubPackage } from './hub-package.js';
import type { HubFile, HubRepository } from './repository.js';
import { hubFetch, unreachable } from './request.js';

/**
 * Asks for a file at a commit, from a byte on.
 * @throws DATA_HUB_PACKAGE, DATA_HUB_NETWORK, DATA_HUB_MISSING, DATA_HUB_ACCESS
 */
export async function openRemote(
  { repository, commit, file, from }: RemoteFile,
  environment: HubEnvironment,
): Promise<Response> {
  const { fileDownloadInfo } = await loadHubPackage();
  const { endpoint } = environment;
  const accessToken = await environment.token();
  const hasToken = accessToken !== undefined;
  const request = hubFetch({ ...repository, endpoint, revision: commit, hasToken });
  const found = await fileDownloadInfo({
    repo: repository,
    path: file.path.split('/').map(encodeURIComponent).join('/'),
    revision: commit,
    hubUrl: endpoint,
    fetch: request,
    ...(hasToken && { accessToken }),
  }).catch((cause: unknown) => {
    throw isMoekitError(cause) ? cause : unreachable(endpoint, cause);
  });
  if (!found) throw gone(file, repository);
  const isOwn = new URL(found.url).origin === new URL(endpoint).origin;
  return request(found.url, {
    headers: {
      'Accept-Encoding': 'identity',
      ...(from > 0 && { Range: `bytes=${from}-` }),
      ...(hasToken && isOwn && { Authorization: `Bearer ${accessToken}` }),
    },
  });
}

export interface RemoteFile {
  readonly repository: HubRepository;
  readonly commit: string;
  readonly file: HubFile;
  readonly from: number;
}

function gone({ path }: HubFile, { name }: HubRepository) {
  return fail('DATA_HUB_MISSING', {
    asked: `${name} on the Hugging Face Hub no longer has the file ${path}`,
    fix: 'Run again, or name another revision.',
  });
}
