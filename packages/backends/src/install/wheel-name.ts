import { basename } from 'node:path';

import { fail } from '../errors.js';
import type { Target } from './target.js';

export interface WheelName {
  readonly distribution: string;
  readonly version: string;
  readonly platformTags: readonly string[];
}

/**
 * Reads `tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl`.
 * @throws BACKEND_WHEEL
 */
export function parseWheelName(path: string): WheelName {
  const parts = /^([^-]+)-([^-]+)(?:-\d[^-]*)?-[^-]+-[^-]+-([^-]+)\.whl$/.exec(basename(path));
  if (parts === null) {
    throw fail('BACKEND_WHEEL', {
      asked: 'The file of --wheel must have the name under which it was published',
      got: basename(path),
      fix: 'Download one with pip download --no-deps tensorflow-cpu, and keep its name.',
    });
  }
  const [, name, version, tags] = parts as unknown as [string, string, string, string];
  return {
    distribution: name.replaceAll(/[_.]+/g, '-').toLowerCase(),
    version,
    platformTags: tags.split('.'),
  };
}

/** @throws BACKEND_WHEEL where a wheel does not have a target's libraries */
export function assertWheelFits(path: string, target: Target): void {
  const { distribution, version, platformTags } = parseWheelName(path);
  const problem = whyNot();
  if (problem === undefined) return;
  throw fail('BACKEND_WHEEL', {
    asked: `--wheel must be ${target.wheelPackage} ${target.tensorflow} for ${target.platformTags[0]}`,
    got: `${basename(path)}, ${problem}`,
    fix: `Download it with pip download --no-deps ${target.wheelPackage}==${target.tensorflow}. The Python version in its name does not matter.`,
  });

  function whyNot(): string | undefined {
    if (distribution !== target.wheelPackage) return `which is ${distribution}`;
    if (version !== target.tensorflow) return `which is version ${version}`;
    return platformTags.some((tag) => target.platformTags.includes(tag))
      ? undefined
      : `which is for ${platformTags.join(', ')}`;
  }
}
