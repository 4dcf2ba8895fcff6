import { keepMemory } from '@moekit/backends';

/** The environment of a process that keeps its memory, as the workers of `moekit bench` do. */
export const keptMemory = (): NodeJS.ProcessEnv => ({ ...process.env, ...keepMemory() });
