/** Settings that TensorFlow reads from the environment once, when it is loaded. */
export interface TensorflowSettings {
  /** Index of the one CUDA device to use; the first by default; -1 for none. */
  readonly device?: number;
  /** Whether GPU memory is taken as needed instead of all at once; true by default. */
  readonly memoryGrowth?: boolean;
  /** Whether float32 products may round their inputs to TF32 on a GPU; not by default: results as on a CPU. */
  readonly tf32?: boolean;
}

/** Sets TensorFlow's variables. Variables that the user exported stay unless a setting overrides them. */
export function setEnvironment(
  env: Record<string, string | undefined>,
  { device, memoryGrowth = true, tf32 }: TensorflowSettings = {},
): void {
  env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  env['TF_FORCE_GPU_ALLOW_GROWTH'] = String(memoryGrowth);
  if (tf32 !== undefined) env['NVIDIA_TF32_OVERRIDE'] = tf32 ? '1' : '0';
  else env['NVIDIA_TF32_OVERRIDE'] ??= '0';
  if (device !== undefined) env['CUDA_VISIBLE_DEVICES'] = String(device);
  else env['CUDA_VISIBLE_DEVICES'] ??= '0';
}
