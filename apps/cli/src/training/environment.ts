import { describeBackend, pickBackend, readVersions, selectBackend } from '@moekit/bench';

/** Starts a backend, and says what the results of this process depend on. */
export async function startBackend(asked: string): Promise<{
  readonly backend: string;
  readonly versions: Record<string, string>;
}> {
  const backend = await selectBackend(asked);
  const described = await describeBackend(await pickBackend(backend));
  return { backend, versions: { ...readVersions(), ...described } };
}
