import { fail } from '../errors.js';
import type { Machine } from './machine.js';

/** One TensorFlow for one kind of machine. */
export interface Target {
  /** Folder name, and what `moekit backend remove` is given. */
  readonly name: string;
  readonly tensorflow: string;
  readonly device: 'cpu' | 'gpu';
  /** The package that has this machine's libraries. */
  readonly wheelPackage: string;
  /** Platform tags that wheels for this machine may carry, best first. */
  readonly platformTags: readonly string[];
  /** Shared libraries inside the wheel's `tensorflow` folder, each with the name that the binding links to. */
  readonly libraries: readonly { readonly file: string; readonly linkName: string }[];
}

export interface Wanted {
  readonly tensorflow: string;
  readonly gpu: boolean;
}

/** manylinux tags name the oldest glibc that will do; nothing older than this is built any more. */
const OLDEST_GLIBC = 17;

/** @throws BACKEND_VERSION, BACKEND_PLATFORM where no TensorFlow exists for a machine */
export function targetFor(machine: Machine, { tensorflow, gpu }: Wanted): Target {
  assertVersion(tensorflow);
  assertSupported(machine, gpu);
  const device = gpu ? 'gpu' : 'cpu';
  const hasOwnCpuPackage = machine.platform === 'linux' && machine.arch === 'x64';
  return {
    name: `tensorflow-${tensorflow}-${device}`,
    tensorflow,
    device,
    wheelPackage: hasOwnCpuPackage && !gpu ? 'tensorflow-cpu' : 'tensorflow',
    platformTags: machine.platform === 'darwin' ? macTags(machine) : linuxTags(machine),
    libraries: machine.platform === 'darwin' ? MAC_LIBRARIES : LINUX_LIBRARIES,
  };
}

const LINUX_LIBRARIES = [
  { file: 'libtensorflow_cc.so.2', linkName: 'libtensorflow.so' },
  { file: 'libtensorflow_framework.so.2', linkName: 'libtensorflow_framework.so' },
];

const MAC_LIBRARIES = [
  { file: 'libtensorflow_cc.2.dylib', linkName: 'libtensorflow.2.dylib' },
  { file: 'libtensorflow_framework.2.dylib', linkName: 'libtensorflow_framework.2.dylib' },
];

function linuxTags({ arch, glibc }: Machine): string[] {
  const cpu = arch === 'arm64' ? 'aarch64' : 'x86_64';
  const newest = Number(glibc!.split('.')[1]);
  const count = newest - OLDEST_GLIBC + 1;
  const tags = Array.from({ length: count }, (_, i) => `manylinux_2_${newest - i}_${cpu}`);
  return [...tags, `manylinux2014_${cpu}`];
}

function macTags({ macos }: Machine): string[] {
  const count = macos! - 11 + 1;
  return Array.from({ length: count }, (_, i) => `macosx_${macos! - i}_0_arm64`);
}

/** Tells whether a text is a version of TensorFlow. It becomes part of a folder's name and a requirement for pip. */
export function isVersion(text: string): boolean {
  return /^\d+(\.\d+)+[\w.+-]*$/.test(text);
}

function assertVersion(version: string): void {
  if (isVersion(version)) return;
  throw fail('BACKEND_VERSION', {
    asked: 'The version of TensorFlow must be a version number',
    got: version,
    fix: 'For example: 2.21.0.',
  });
}

function assertSupported(machine: Machine, gpu: boolean): void {
  const problem = whyUnsupported(machine, gpu);
  if (problem === undefined) return;
  throw fail('BACKEND_PLATFORM', {
    asked: `TensorFlow${gpu ? ' for CUDA' : ''} is not published for this machine: ${problem.here}`,
    fix: problem.fix,
  });
}

function whyUnsupported({ platform, arch, glibc, avx }: Machine, gpu: boolean) {
  const here = `${platform} ${arch}`;
  const wasm = 'Use the wasm backend, which needs no installation.';
  if (platform === 'win32') {
    return { here, fix: 'Install and run moekit inside WSL2, where this command works.' };
  }
  if (platform === 'darwin') {
    if (arch !== 'arm64') return { here: `${here}, whose last TensorFlow is 2.16`, fix: wasm };
    return gpu ? { here: `${here}, which has no CUDA`, fix: 'Leave out --gpu.' } : undefined;
  }
  if (platform !== 'linux' || !['x64', 'arm64'].includes(arch)) return { here, fix: wasm };
  if (glibc === null) {
    return {
      here: 'a C library other than glibc (Alpine?)',
      fix: 'Use a Debian, Ubuntu or Fedora image, or the wasm backend.',
    };
  }
  if (gpu && arch === 'arm64') return { here, fix: 'Leave out --gpu, or use x64.' };
  return avx ? undefined : { here: 'a processor without AVX', fix: wasm };
}
