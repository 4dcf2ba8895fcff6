import { existsSync } from 'node:fs';

import { fail } from '../errors.js';
import { runProcess } from '../process/run-process.js';
import { lastError, saysNoNetwork } from './network.js';
import type { Python } from './find-python.js';

export interface Download {
  readonly python: Python;
  /** As pip reads them, e.g. `tensorflow-cpu==2.21.0`. */
  readonly requirements: readonly string[];
  readonly platformTags: readonly string[];
  readonly to: string;
  /** Holds pip's unfinished files, so that they are on the same disk and their size can be watched. */
  readonly temporary: string;
  readonly signal: AbortSignal;
}

/**
 * Any interpreter that has wheels will do: the shared libraries inside are the same for each. This one is served by
 * every TensorFlow since 2.16, so it does not matter which Python runs pip.
 */
const INTERPRETER = ['--python-version', '3.12', '--implementation', 'cp', '--abi', 'cp312'];

/**
 * Fetches wheels with pip, without what they depend on.
 * @throws BACKEND_NETWORK, BACKEND_WHEEL
 */
export async function downloadWheels(download: Download): Promise<void> {
  const { python, requirements, platformTags, to, temporary, signal } = download;
  const { exitCode, stdout, stderr } = await runProcess(
    python.command,
    [
      ...['-m', 'pip', 'download', '--disable-pip-version-check', '--no-input'],
      ...['--no-deps', '--only-binary=:all:', '--retries', '3', '--dest', to],
      ...INTERPRETER,
      ...platformTags.flatMap((tag) => ['--platform', tag]),
      ...requirements,
    ],
    { env: { ...process.env, TMPDIR: temporary }, signal },
  );
  if (exitCode === 0 && existsSync(to)) return;
  throw explain(requirements, `${stdout}\n${stderr}`);
}

function explain(requirements: readonly string[], output: string) {
  const what = requirements.join(' ');
  if (saysNoNetwork(output)) {
    return fail('BACKEND_NETWORK', {
      asked: `pip cannot reach the package index to fetch ${what}`,
      fix: 'Check the connection, set HTTPS_PROXY or PIP_INDEX_URL, or download the wheel elsewhere and give it with --wheel.',
    });
  }
  const offered = /from versions: ([^)]*)\)/.exec(output)?.[1];
  return fail('BACKEND_WHEEL', {
    asked: `pip finds no ${what} for this machine: ${offered === undefined ? lastError(output) : `it offers ${offered}`}`,
    fix: 'Choose another version with --tensorflow, or give a wheel with --wheel.',
  });
}
