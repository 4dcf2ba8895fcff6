import { existsSync } from 'node:fs';

/** Tells whether the system shows an NVIDIA device (natively or through WSL2), without asking the driver. */
export function gpuVisible(exists: (path: string) => boolean = existsSync): boolean {
  if (process.env['CUDA_VISIBLE_DEVICES'] === '-1') return false;
  return exists('/proc/driver/nvidia/version') || exists('/dev/nvidia0') || exists('/dev/dxg');
}
