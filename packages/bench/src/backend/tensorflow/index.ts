export { backendErrors } from './errors.js';
export { backendHome } from './home.js';
export { keepMemory, keepsMemory } from './keep-memory.js';
export { bestInstalled, listInstalled } from './list-installed.js';
export type { InstalledBackend } from './list-installed.js';
export type { NativeOperations } from './load-native.js';
export { loadTensorflow } from './load.js';
export type { LoadedTensorflow } from './load.js';
export {
  BINDING,
  MANIFEST,
  NATIVE,
  NATIVE_ADDON,
  manifestSchema,
  PACKAGE,
  readManifest,
  sizeOf,
  verificationSchema,
} from './manifest.js';
export type { BackendManifest, Verification } from './manifest.js';
export { nativeDigest, nativeSources } from './native-sources.js';
export type { TensorflowSettings } from './set-environment.js';
