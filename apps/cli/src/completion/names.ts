import { namedExperiments, registryOf } from '@moekit/bench';

import { builtInRouters } from '../routers/built-in-routers.js';
import type { Candidate } from './candidate.js';

/** Every built-in router, and dense layers. */
export function routers(): readonly Candidate[] {
  const all = Object.values(builtInRouters).flat();
  const dense = { value: 'dense', meaning: 'no router: dense feed-forward layers' };
  return [dense, ...all.map(({ name, about }) => ({ value: name, meaning: about?.summary ?? '' }))];
}

export async function tasks(): Promise<readonly Candidate[]> {
  const all = await Promise.all([...registryOf([]).tasks.values()].map(({ load }) => load()));
  return all.map(({ name, about }) => ({ value: name, meaning: about?.summary ?? '' }));
}

export const experiments = (): readonly Candidate[] =>
  namedExperiments().map(({ name, about }) => ({ value: name, meaning: about.question }));
