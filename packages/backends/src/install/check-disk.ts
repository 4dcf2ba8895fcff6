import { mkdirSync, statfsSync } from 'node:fs';

import { fail } from '../errors.js';

const GB = 1e9;

/** Downloads, unpacked libraries and build together, at their largest; measured with TensorFlow 2.21. */
export const NEEDED_BYTES = { cpu: 2.2 * GB, gpu: 13 * GB } as const;

/**
 * @param home folder that will hold the backend; made if need be
 * @throws BACKEND_DISK
 */
export function checkDisk(home: string, device: 'cpu' | 'gpu', free = freeBytes(home)): void {
  const needed = NEEDED_BYTES[device];
  if (free >= needed) return;
  throw fail('BACKEND_DISK', {
    asked: `The TensorFlow ${device.toUpperCase()} backend needs ${gb(needed)} free in ${home}`,
    got: gb(free),
    fix: 'Free some space, or choose another disk with --dir (and set MOEKIT_HOME to it afterwards).',
  });
}

function freeBytes(home: string): number {
  mkdirSync(home, { recursive: true });
  const { bavail, bsize } = statfsSync(home);
  return bavail * bsize;
}

const gb = (bytes: number) => `${(bytes / GB).toFixed(1)} GB`;
