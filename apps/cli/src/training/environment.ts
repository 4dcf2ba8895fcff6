import { startBackend as start } from '@moekit/backends';
import { readVersions } from '@moekit/bench';

/** Starts a backend, and says what the results of this process depend on. */
export async function startBackend(asked: string): Promise<{
  readonly backend: string;
  readonly versions: Record<string, string>;
}> {
  const { name, versions } = await start(asked);
  return { backend: name, versions: { ...readVersions(), ...versions } };
}
