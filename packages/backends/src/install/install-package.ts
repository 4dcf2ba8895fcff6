import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { fail } from '../errors.js';
import { runProcess } from '../process/run-process.js';
import { lastError, saysNoNetwork } from './network.js';

/** The newest release; its sources compile against current TensorFlow as they are. */
export const TFJS_NODE = '4.22.0';

/**
 * Installs the npm package without its own installer, which would fetch TensorFlow 2.9 for CUDA 11.
 * @param to      folder that becomes an npm project      @throws BACKEND_NETWORK, BACKEND_NPM
 */
export async function installPackage(to: string, signal: AbortSignal): Promise<void> {
  writeFileSync(join(to, 'package.json'), JSON.stringify({ private: true }));
  const { exitCode, stdout, stderr } = await runProcess(
    'npm',
    [
      ...['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-progress'],
      ...['--omit=dev', '--prefer-offline', '--prefix', to],
      `@tensorflow/tfjs-node-gpu@${TFJS_NODE}`,
    ],
    { cwd: to, signal, env: plainNpm(process.env) },
  );
  if (exitCode === 0) return;
  const output = `${stdout}\n${stderr}`;
  const failed = `npm could not install @tensorflow/tfjs-node-gpu ${TFJS_NODE}`;
  if (saysNoNetwork(output)) {
    throw fail('BACKEND_NETWORK', {
      asked: `${failed}: no connection to the registry`,
      fix: 'Check the connection, or set HTTPS_PROXY or npm_config_registry.',
    });
  }
  throw fail('BACKEND_NPM', {
    asked: `${failed}: ${lastError(output)}`,
    fix: 'Run npm ping and npm cache verify, then this command again; it continues where it stopped.',
  });
}

/** Without the settings that an outer `npx` or `npm run` hands down: they belong to another project. */
export function plainNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inherited =
    /^npm_(?:package_|lifecycle_|command$|execpath$|node_execpath$|config_(?:prefix|local_prefix|workspaces?|global)$)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !inherited.test(name)));
}
