import { installedPackage } from './installed-package.js';

const PACKAGES = [
  '@tensorflow/tfjs',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-backend-webgpu',
  '@tensorflow/tfjs-node-gpu',
  '@tensorflow/tfjs-node',
  'webgpu',
];

/** Versions of TensorFlow.js and of the backends' packages that are installed. */
export function backendVersions(names: readonly string[] = PACKAGES): Record<string, string> {
  const found = names.flatMap((name) => installedPackage(name) ?? []);
  return Object.fromEntries(found.map(({ name, version }) => [name, version]));
}
