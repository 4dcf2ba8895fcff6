import { homedir } from 'node:os';
import { join } from 'node:path';

import { readSmallText } from '@moekit/files';

import { fail } from '../errors.js';

/** Settings of the Hub, from the environment variables that Hugging Face's own programs read. */
export interface HubEnvironment {
  /** Without a slash at the end. */
  readonly endpoint: string;
  /** Folder that Hugging Face's programs share. */
  readonly cache: string;
  /** Nothing is asked of the network. */
  readonly offline: boolean;
  /** Answers from after this moment (ms) are not looked up again; see `MOEKIT_LOOKED_UP_SINCE`. */
  readonly since: number;
  /** @throws DATA_HUB_ACCESS when what is there is no token */
  token(): Promise<string | undefined>;
}

/**
 * HF_ENDPOINT, HF_HOME, HF_HUB_CACHE, HF_HUB_OFFLINE, HF_TOKEN and HF_TOKEN_PATH, with the defaults that they have elsewhere.
 * MOEKIT_LOOKED_UP_SINCE (ms) is set by a program for its workers, so that all of them see the same commit of a branch.
 */
export function hubEnvironment(env: NodeJS.ProcessEnv = process.env): HubEnvironment {
  const home =
    env['HF_HOME'] || join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'huggingface');
  return {
    endpoint: (env['HF_ENDPOINT'] || 'https://huggingface.co').replace(/\/+$/, ''),
    cache: env['HF_HUB_CACHE'] || env['HUGGINGFACE_HUB_CACHE'] || join(home, 'hub'),
    offline: /^(1|true|yes|on)$/i.test(env['HF_HUB_OFFLINE'] ?? ''),
    since: Number(env['MOEKIT_LOOKED_UP_SINCE'] || Number.POSITIVE_INFINITY),
    token: () => tokenOf(env, env['HF_TOKEN_PATH'] || join(home, 'token')),
  };
}

async function tokenOf(env: NodeJS.ProcessEnv, file: string): Promise<string | undefined> {
  const named = env['HF_TOKEN'] || env['HUGGING_FACE_HUB_TOKEN'];
  const token = (named || (await readSmallText(file, 2 ** 16).catch(() => ''))).trim();
  if (token === '') return undefined;
  if (/^hf_\w+$/.test(token)) return token;
  throw fail('DATA_HUB_ACCESS', {
    asked: 'A token of the Hugging Face Hub must begin with hf_',
    got: named ? 'another text in HF_TOKEN' : `another text in ${file}`,
    fix: 'Set HF_TOKEN to a token from your settings on the Hub, or remove it; public data sets need none.',
  });
}
