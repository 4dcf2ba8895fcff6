import { wholeNumber } from '../commands/bench-flags.js';

export interface DeviceFlags {
  readonly device?: string;
  readonly tf32?: boolean;
}

/**
 * Hands the choice of GPU and precision to TensorFlow, here and in worker processes: it reads both from the environment.
 * @throws CLI_USAGE for an index that is none
 */
export function applyDevice({ device, tf32 }: DeviceFlags, env = process.env): void {
  if (device !== undefined) {
    env['CUDA_VISIBLE_DEVICES'] = String(wholeNumber('--device', device, 0));
  }
  if (tf32) env['NVIDIA_TF32_OVERRIDE'] = '1';
}
