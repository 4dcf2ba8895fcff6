import type { HostMemory } from './host-memory.js';
import type { Precision } from '../../kernel/linear.js';

/** The backends of tfjs that have kernels of their own here, as tfjs names them. */
export type BackendName = 'cpu' | 'wasm' | 'webgpu' | 'tensorflow';

/** A backend's part in this package. */
export interface Backend {
  /** Puts its kernels into tfjs's registry. */
  register(): void;
  /** Precisions of its grouped products other than float32. */
  readonly precisions: readonly Precision[];
  /** Present where tensors are in host memory: viewing one waits for nothing. */
  readonly memory?: HostMemory;
}
