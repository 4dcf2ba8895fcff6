import { errorsOf } from './error.js';

export const kernelErrors = {
  KERNELS_SHAPE: 'A tensor or plan does not have the shape a kernel needs.',
  KERNELS_VALUE: 'A number given to a kernel is out of range, or not a number.',
  KERNELS_PLAN:
    'A dispatch plan holds an index or an offset out of range, or lives on another backend.',
  KERNELS_MASK: 'A dispatch mask holds something other than 0 and 1.',
  KERNELS_NON_FINITE: 'Router logits or combine weights hold NaN or infinity.',
  KERNELS_SYNC_READ: 'The backend cannot be read synchronously, which routing needs.',
  KERNELS_PRECISION: 'The backend has no such reduced precision.',
  KERNELS_THREAD: 'A thread of the wasm backend did not start, or failed.',
  KERNELS_ADAPTER: 'No WebGPU adapter was found.',
  KERNELS_DEVICE:
    'The GPU device reported an error or was lost, so results since then may be wrong.',
} as const;

export const fail = errorsOf<typeof kernelErrors>();
