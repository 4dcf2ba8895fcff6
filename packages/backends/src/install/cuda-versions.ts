import { parseWheelName } from './wheel-name.js';

/** Version of each CUDA package among wheels, by its name on the index. */
export function cudaVersions(wheels: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    wheels
      .map(parseWheelName)
      .filter(({ distribution }) => distribution.startsWith('nvidia-'))
      .map(({ distribution, version }) => [distribution, version]),
  );
}
