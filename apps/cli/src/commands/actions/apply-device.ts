export interface DeviceFlags {
  readonly device?: number | undefined;
  readonly tf32?: boolean | undefined;
}

/**
 * Hands the choice of GPU and precision to TensorFlow, here and in worker processes: it reads both from the environment.
 */
export function applyDevice({ device, tf32 }: DeviceFlags, env = process.env): void {
  if (device !== undefined) {
    env['CUDA_VISIBLE_DEVICES'] = String(device);
  }
  if (tf32) env['NVIDIA_TF32_OVERRIDE'] = '1';
}
