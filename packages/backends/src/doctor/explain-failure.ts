import type { ConcreteBackend } from '../backends/all.js';

/** The words and the end of a process that failed. */
export interface Failure {
  readonly backend: ConcreteBackend;
  readonly timedOut: boolean;
  readonly signal: NodeJS.Signals | null;
  readonly exitCode: number | null;
  /** The messages of its error and of what that came from; empty where it ended without a word. */
  readonly messages: readonly string[];
  readonly stderr: string;
}

const INSTALL: Readonly<Record<ConcreteBackend, string>> = {
  tensorflow: 'moekit backend install tensorflow --force',
  webgpu: 'npm install webgpu @tensorflow/tfjs-backend-webgpu',
  wasm: 'npm install @tensorflow/tfjs-backend-wasm',
  cpu: 'npm install @tensorflow/tfjs',
};
const DRIVER =
  'install your GPU’s Vulkan driver (mesa-vulkan-drivers, or NVIDIA’s), or use another backend';

type Backend = ConcreteBackend;

/** Signs of a cause in what a process said, with its name and the cure. The first that matches counts. */
const CAUSES: readonly (readonly [
  sign: RegExp,
  cause: (match: RegExpExecArray) => string,
  fix: (backend: Backend, match: RegExpExecArray) => string,
])[] = [
  [
    /compiled against a different Node\.js version|NODE_MODULE_VERSION|Module did not self-register/,
    () => `its native module is built for another Node.js than ${process.versions.node}`,
    (backend) => (backend === 'tensorflow' ? INSTALL.tensorflow : 'npm rebuild'),
  ],
  [
    /([\w.+-]+\.so[\w.]*): cannot open shared object file/,
    ([, library]) => `the library ${library} is missing`,
    (backend, [, library]) =>
      /cuda|cudnn|cublas|cufft|cusolver|cusparse|nccl|nvrtc/i.test(library!)
        ? 'moekit backend install tensorflow --gpu --force'
        : /vulkan/i.test(library!)
          ? 'apt-get install libvulkan1'
          : INSTALL[backend],
  ],
  [
    /version [`']?(GLIBC\w*_[\d.]+)'? not found/,
    ([, version]) => `this system’s C library is older than ${version}, which it needs`,
    () => 'use a newer system, or a container of one',
  ],
  [
    /invalid ELF header|file too short|wrong ELF class|not a mach-o file|is not a valid Win32|slice is not valid|undefined symbol|ELF load command/i,
    () => 'its library is broken, or was built for another kind of machine',
    (backend) => INSTALL[backend],
  ],
  [
    /Cannot find (?:module|package) ['"]?([^'"\n]+?)['"]?(?: imported| from|\n|$)|no such file or directory,? open '([^']+)'/,
    ([, module, file]) => `it is half installed: ${module ?? file} is missing`,
    (backend) => INSTALL[backend],
  ],
  [
    /no adapter|no GPU adapter|requestAdapter|adapter.*(?:null|undefined|missing)|no hardware/i,
    () => 'no GPU adapter',
    () => DRIVER,
  ],
  [/libvulkan|vulkan/i, () => 'Vulkan does not start', () => DRIVER],
  [
    /CUDA_ERROR|cuInit|no CUDA-capable device|driver version is insufficient/i,
    (match) => `CUDA does not start (${match[0]})`,
    () => 'update the NVIDIA driver, or set CUDA_VISIBLE_DEVICES=-1 for the CPU',
  ],
  [
    /out of memory|allocation failed|bad_alloc|Cannot allocate memory/i,
    () => 'there is not enough memory',
    () => 'close other programs, or use a smaller backend: --backend cpu',
  ],
  [/WebAssembly|wasm/i, ({ input }) => firstLine(input), (backend) => INSTALL[backend]],
];

const SIGNALS: Partial<Record<NodeJS.Signals, string>> = {
  SIGILL: 'has instructions that this processor lacks',
  SIGSEGV: 'crashed (SIGSEGV)',
  SIGBUS: 'crashed (SIGBUS): its file may be cut off',
  SIGABRT: 'aborted',
  SIGKILL: 'was ended from outside: memory may be short',
};

/** The cause of a backend that did not start, in words, and what helps. */
export function explainFailure(failure: Failure): { readonly cause: string; readonly fix: string } {
  const { backend, timedOut, signal, messages, stderr, exitCode } = failure;
  if (timedOut) return { cause: 'it does not start: no answer in time', fix: hung(backend) };
  const said = [...messages, stderr].join('\n');
  for (const [sign, cause, fix] of CAUSES) {
    const match = sign.exec(said);
    if (match) return { cause: cause(match), fix: fix(backend, match) };
  }
  if (signal !== null) {
    const cause = `its native code ${SIGNALS[signal] ?? `ended with ${signal}`}`;
    return { cause, fix: INSTALL[backend] };
  }
  const own = messages.map((text) => firstLine(text).replace(/^Backend \w+ did not start: /, ''));
  const cause = own.at(-1) ?? firstLine(errorsIn(stderr));
  return { cause: cause || `it ended with exit code ${exitCode}`, fix: INSTALL[backend] };
}

function hung(backend: ConcreteBackend): string {
  return backend === 'webgpu' || backend === 'tensorflow'
    ? 'the GPU’s driver may hang: update it, or use another backend'
    : 'try again on a machine with less load';
}

const firstLine = (text: string) => text.trim().split('\n')[0]!.slice(0, 200);

/** The lines of native code that name an error. */
function errorsIn(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => /error|fail|cannot|not found/i.test(line));
  return lines.slice(-5).join('\n');
}
