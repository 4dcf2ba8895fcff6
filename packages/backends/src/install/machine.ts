import { readFileSync } from 'node:fs';
import { release } from 'node:os';

/** The properties of a machine that decide which TensorFlow runs on it. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** As in `2.36`; null where the C library is another one, or on another system. */
  readonly glibc: string | null;
  /** Major version of macOS; null elsewhere. */
  readonly macos: number | null;
  /** True if the processor has AVX, which TensorFlow's x86 builds need, or where that is unknown. */
  readonly avx: boolean;
}

export function readMachine(): Machine {
  const { platform, arch } = process;
  return { platform, arch, glibc: glibcVersion(), macos: macosVersion(), avx: hasAvx() };
}

function glibcVersion(): string | null {
  if (process.platform !== 'linux') return null;
  const { header } = process.report.getReport() as unknown as {
    header: { glibcVersionRuntime?: string };
  };
  return header.glibcVersionRuntime ?? null;
}

/** Darwin 20 is macOS 11, and so on up to 24, macOS 15; Darwin 25 is macOS 26. */
function macosVersion(): number | null {
  if (process.platform !== 'darwin') return null;
  const darwin = Number(release().split('.')[0]);
  return darwin >= 25 ? darwin + 1 : darwin - 9;
}

function hasAvx(): boolean {
  if (process.arch !== 'x64' || process.platform !== 'linux') return true;
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'));
    return flags === null || flags[1]!.split(' ').includes('avx');
  } catch {
    return true;
  }
}
