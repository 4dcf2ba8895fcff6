import { loadTensorflow } from './packages/backends/src/tensorflow/load.js';

/** Every test file of a run with MOEKIT_TEST_BACKEND_DIR (see vitest.shared.ts) has the TensorFlow backend at hand. */
await loadTensorflow(process.env['MOEKIT_TEST_BACKEND_DIR']!);
