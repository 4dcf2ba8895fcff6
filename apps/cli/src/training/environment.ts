import type { StartedBackend } from '@moekit/backends';
import { startBackend as start } from '@moekit/backends';
import { readVersions } from '@moekit/bench';

/** Starts a backend; `versions` is all that the results of this process depend on. */
export async function startBackend(asked: string): Promise<StartedBackend> {
  const { name, versions } = await start(asked);
  return { name, versions: { ...readVersions(), ...versions } };
}
