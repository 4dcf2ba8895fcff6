import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout } from 'node:timers/promises';

import { inject } from 'vitest';
import { stringify } from 'yaml';

import { succeed } from './run.js';

const verdaccio = fileURLToPath(
  new URL('../../node_modules/verdaccio/bin/verdaccio', import.meta.url),
);

export interface Registry {
  /** For npm's environment: this registry, and who publishes. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Packages published here and looked up nowhere else. */
const OURS = ['@moekit/*', 'moekit', 'create-moekit', 'moekit-router-demo'];

/** A verdaccio on this machine; every other package comes from the registry that npm is set up for. */
async function startRegistry(folder: string): Promise<Registry> {
  await mkdir(folder, { recursive: true });
  const port = await freePort();
  const upstream = (await succeed('npm', ['config', 'get', 'registry'], { cwd: folder })).trim();
  await writeFile(join(folder, 'config.yaml'), stringify(settings(folder, upstream)));
  const flags = ['--config', join(folder, 'config.yaml'), '--listen', `127.0.0.1:${port}`];
  const child = spawn(process.execPath, [verdaccio, ...flags], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}/`;
  const token = await signUp(url);
  return {
    env: { npm_config_registry: url, [`npm_config_//127.0.0.1:${port}/:_authToken`]: token },
    stop: async () => {
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

/** A registry that has the packed packages, as npm's will after the release. */
export async function publishedRegistry(name: string): Promise<Registry> {
  const scratch = inject('scratch');
  const registry = await startRegistry(join(scratch, name));
  for (const { file } of inject('packages')) {
    const args = ['publish', file, '--ignore-scripts', '--loglevel=error'];
    await succeed('npm', args, { cwd: scratch, env: registry.env });
  }
  return registry;
}

function settings(folder: string, upstream: string) {
  const own = { access: '$all', publish: '$authenticated' };
  return {
    storage: join(folder, 'storage'),
    auth: { htpasswd: { file: join(folder, 'htpasswd'), max_users: 1 } },
    uplinks: { upstream: { url: upstream, timeout: '120s', maxage: '60m' } },
    packages: {
      ...Object.fromEntries(OURS.map((name) => [name, own])),
      '**': { access: '$all', proxy: 'upstream' },
    },
    max_body_size: '100mb',
    log: { type: 'file', path: join(folder, 'verdaccio.log'), level: 'warn' },
  };
}

/** The one user of this registry. @returns the token */
async function signUp(url: string): Promise<string> {
  const body = JSON.stringify({ name: 'release', password: 'release-of-moekit' });
  const headers = { 'content-type': 'application/json' };
  for (let attempt = 0; attempt < 600; attempt++) {
    const answer = await fetch(`${url}-/user/org.couchdb.user:release`, {
      method: 'PUT',
      headers,
      body,
    }).catch(() => undefined);
    if (answer?.ok) return ((await answer.json()) as { token: string }).token;
    await setTimeout(200);
  }
  throw new Error('verdaccio did not start within two minutes');
}

/** A free port of this machine. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
