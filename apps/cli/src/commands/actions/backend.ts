import type { InstalledBackend, Verification } from '@moekit/backends';
import { backendHome } from '@moekit/backends';
import {
  findInstalled,
  installTensorflow,
  isVersion,
  listBackends,
  removeBackend,
  verify,
} from '@moekit/backends/install';

import type { BackendFlags, InstallFlags } from '../backend.js';
import type { Stop } from '../../interrupt.js';
import { EXIT_CODES, untilStopped } from '../../interrupt.js';
import { fail } from '../../errors.js';
import type { Column } from '../../output/table/columns.js';
import { renderTable } from '../../output/table/render-table.js';
import { outputColumns, print, say } from '../../output/terminal.js';

/** `moekit backend install tensorflow` @returns the exit code */
export async function installBackend(name: string, flags: InstallFlags): Promise<number> {
  assertInstallable(name);
  assertVersion(flags.tensorflow);
  return untilStopped((stop) => install(flags, stop));
}

async function install(flags: InstallFlags, stop: Stop): Promise<number> {
  const controller = new AbortController();
  stop.asked.subscribe(() => controller.abort());
  const started = Date.now();
  const seconds = () => ((Date.now() - started) / 1000).toFixed(1).padStart(6);
  try {
    const { dir, manifest, fresh } = await installTensorflow({
      home: homeOf(flags),
      gpu: flags.gpu ?? false,
      tensorflow: flags.tensorflow,
      wheel: flags.wheel,
      force: flags.force ?? false,
      skipGpuCheck: flags.skipGpuCheck ?? false,
      signal: controller.signal,
      say: (line) => say(`${seconds()} s  ${line}\n`),
    });
    const said = `${fresh ? 'installed' : 'already installed'} in ${dir}\n${describe(manifest.verified)}\n`;
    print(flags.json ? `${JSON.stringify({ dir, fresh, manifest })}\n` : said);
    return 0;
  } catch (error) {
    if (stop.signal !== undefined) return EXIT_CODES[stop.signal]; // finished parts are kept for the next run
    throw error;
  }
}

/** `moekit backend list` */
export function showBackends(flags: BackendFlags): number {
  const home = homeOf(flags);
  const installed = listBackends(home);
  if (flags.json) print(`${JSON.stringify(installed, null, 2)}\n`);
  else print(`${installed.length === 0 ? nothing(home) : table(installed)}\n`);
  return 0;
}

/** `moekit backend remove tensorflow-2.21.0-cpu` */
export function removeBackends(name: string, flags: BackendFlags): number {
  const removed = removeBackend(homeOf(flags), name);
  print(`removed ${removed.join(', ')}\n`);
  return 0;
}

/** `moekit backend verify`: the one that would be used, or the one that is named. */
export async function verifyBackend(
  name: string | undefined,
  flags: BackendFlags,
): Promise<number> {
  const chosen = findInstalled(homeOf(flags), name);
  const verified = await verify(chosen.dir, {
    expectGpu: chosen.manifest?.verified?.device === 'cuda',
  });
  print(flags.json ? `${JSON.stringify(verified)}\n` : `${chosen.name}: ${describe(verified)}\n`);
  return 0;
}

function homeOf({ dir }: BackendFlags): string {
  return backendHome(dir === undefined ? process.env : { MOEKIT_HOME: dir });
}

function assertInstallable(name: string): void {
  if (name === 'tensorflow') return;
  throw fail('CLI_USAGE', {
    asked: 'The backend to install must be tensorflow',
    got: name,
    fix: 'The other backends are npm packages: wasm comes with moekit, webgpu with npm install webgpu @tensorflow/tfjs-backend-webgpu.',
  });
}

function assertVersion(tensorflow: string | undefined): void {
  if (tensorflow === undefined || isVersion(tensorflow)) return;
  throw fail('CLI_USAGE', {
    asked: '--tensorflow must be a version number',
    got: tensorflow,
    fix: 'For example: --tensorflow 2.21.0',
  });
}

function describe(verified: Verification | null): string {
  if (verified === null) return 'never verified';
  const { tensorflow, device, gpu, cuda, cudnn, native } = verified;
  const own = native ? `, with moekit’s own operations (${native})` : '';
  if (device === 'cpu') return `TensorFlow ${tensorflow} on the CPU${own}`;
  return `TensorFlow ${tensorflow} on ${gpu ?? 'CUDA'}, CUDA ${cuda ?? '?'}, cuDNN ${cudnn ?? '?'}`;
}

function nothing(home: string): string {
  return `no backend in ${home}; install one with: moekit backend install tensorflow`;
}

function table(installed: readonly InstalledBackend[]): string {
  return renderTable(installed, COLUMNS, { columns: outputColumns() });
}

const COLUMNS: readonly Column<InstalledBackend>[] = [
  { head: 'backend', importance: 0, cell: ({ name }) => name },
  {
    head: 'state',
    importance: 0,
    least: 24,
    cell: ({ manifest, problem }) => problem ?? describe(manifest!.verified),
  },
  { head: 'folder', importance: 0, least: 24, cell: ({ dir }) => dir },
];
