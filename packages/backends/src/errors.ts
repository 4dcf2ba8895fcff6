import { errorsOf } from '@moekit/kernels';

/** Everything that can go wrong between asking for a backend and training on it. */
export const backendErrors = {
  BACKEND_UNKNOWN: 'No backend of that name exists.',
  BACKEND_MISSING: 'The backend asked for cannot be used on this machine.',
  BACKEND_VERSION: 'The text given as a version of TensorFlow is not a version.',
  BACKEND_PLATFORM: 'No TensorFlow wheel exists for this operating system, C library or processor.',
  BACKEND_PYTHON: 'Python 3 with pip, which downloads and unpacks TensorFlow, was not found.',
  BACKEND_COMPILER: 'A C++ compiler or make, which build the binding, was not found.',
  BACKEND_NETWORK: 'A package index could not be reached.',
  BACKEND_WHEEL: 'A TensorFlow wheel does not exist, is damaged, or is for another machine.',
  BACKEND_NPM: 'npm could not install @tensorflow/tfjs-node-gpu.',
  BACKEND_DISK: 'There is too little free disk space for the backend.',
  BACKEND_GPU_ABSENT: 'No NVIDIA GPU or no driver for it is visible here.',
  BACKEND_DRIVER: 'The NVIDIA driver is older than the CUDA version needs.',
  BACKEND_BUSY: 'Another process is installing the same backend.',
  BACKEND_LOCK: 'The lock of an installation could not be taken.',
  BACKEND_BUILD: 'The binding could not be compiled against this TensorFlow.',
  BACKEND_VERIFY: 'A built backend does not compute what it should.',
  BACKEND_NOT_INSTALLED: 'No backend of that name is installed.',
  BACKEND_INCOMPLETE: 'An installed backend lacks files, so it was interrupted or damaged.',
  BACKEND_LOAD: 'An installed backend cannot be loaded into this process.',
} as const;

export const fail = errorsOf(backendErrors);
