import { pickBackend, readVersions, selectBackend } from '@moekit/bench';

/** Starts a backend, and says what the results of this process depend on. */
export async function startBackend(asked: string): Promise<{
  readonly backend: string;
  readonly versions: Record<string, string>;
}> {
  const backend = await selectBackend(asked);
  const { installed, reason } = await pickBackend(backend);
  return { backend, versions: { ...readVersions(), ...(installed && { tensorflow: reason }) } };
}
