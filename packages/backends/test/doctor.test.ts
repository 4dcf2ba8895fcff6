import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { describe, expect, test } from 'vitest';

import { attemptsOf } from '../src/doctor/attempt.js';
import { checkAttempts } from '../src/doctor/check-attempts.js';
import { asTried } from '../src/doctor/diagnose.js';
import type { Failure } from '../src/doctor/explain-failure.js';
import { explainFailure } from '../src/doctor/explain-failure.js';
import { tryBackend } from '../src/doctor/try-backend.js';
import { findBackends } from '../src/index.js';

const SILENT = { timedOut: false, signal: null, exitCode: 1, messages: [], stderr: '' } as const;
const explain = (backend: Failure['backend'], failure: Partial<Failure>) =>
  explainFailure({ ...SILENT, ...failure, backend });

/** Texts of Node.js, of the dynamic linker, of Dawn and of drivers, as they came. */
test.each([
  [
    'tensorflow',
    "The module '/x/tfjs_binding.node'\nwas compiled against a different Node.js version using\nNODE_MODULE_VERSION 115.",
    /built for another Node\.js/,
    /install tensorflow --force/,
  ],
  ['webgpu', 'Module did not self-register: dawn.node', /another Node\.js/, /npm rebuild/],
  [
    'tensorflow',
    'libtensorflow.so.2: cannot open shared object file: No such file or directory',
    /library libtensorflow\.so\.2 is missing/,
    /install tensorflow --force/,
  ],
  [
    'tensorflow',
    'libcudnn.so.9: cannot open shared object file',
    /libcudnn\.so\.9/,
    /--gpu --force/,
  ],
  [
    'webgpu',
    'libvulkan.so.1: cannot open shared object file',
    /libvulkan/,
    /apt-get install libvulkan1/,
  ],
  ['tensorflow', '/x/tfjs_binding.node: file too short', /broken/, /--force/],
  ['webgpu', '/x/dawn.node: invalid ELF header', /broken/, /npm install webgpu/],
  [
    'webgpu',
    "/lib/libc.so.6: version `GLIBC_2.38' not found (required by /x/dawn.node)",
    /older than GLIBC_2\.38/,
    /newer system/,
  ],
  [
    'webgpu',
    "Cannot find module '/x/dist/linux-x64.dawn.node'\nRequire stack:",
    /half installed: \/x\/dist\/linux-x64\.dawn\.node/,
    /npm install webgpu/,
  ],
  [
    'wasm',
    "Cannot find package 'seedrandom' imported from /x/index.js",
    /half installed: seedrandom/,
    /npm install @tensorflow\/tfjs-backend-wasm/,
  ],
  ['webgpu', 'Dawn finds no GPU adapter', /no GPU adapter/, /Vulkan driver/],
  ['tensorflow', 'CUDA driver version is insufficient for CUDA runtime', /CUDA/, /NVIDIA driver/],
  ['tensorflow', 'std::bad_alloc', /memory/, /close other programs/],
] as const)('%s: %j', (backend, said, cause, fix) => {
  const [line] = said.split('\n', 1);
  const own = `Backend ${backend} did not start: ${line}.`;
  for (const failure of [{ messages: [own, said] }, { stderr: `Error: ${said}\n    at x` }]) {
    const explained = explain(backend, failure);
    expect(explained.cause).toMatch(cause);
    expect(explained.fix).toMatch(fix);
    expect(explained.cause).not.toContain('\n');
  }
});

test.each([
  [{ timedOut: true, signal: 'SIGKILL' as const }, /no answer in time/],
  [{ signal: 'SIGILL' as const, exitCode: null }, /instructions that this processor lacks/],
  [{ signal: 'SIGSEGV' as const, exitCode: null }, /crashed \(SIGSEGV\)/],
  [{ exitCode: 7 }, /exit code 7/],
  [{ messages: ['matMul gave 0 0 instead of 19 22'] }, /^matMul gave 0 0 instead of 19 22$/],
])('%j: a cause and a cure', (failure, cause) => {
  for (const backend of ['tensorflow', 'webgpu', 'wasm', 'cpu'] as const) {
    const explained = explain(backend, failure);
    expect(explained.cause).toMatch(cause);
    expect(explained.fix).not.toBe('');
  }
});

function script(code: string): URL {
  const file = join(mkdtempSync(join(tmpdir(), 'moekit-')), 'attempt.mjs');
  writeFileSync(file, code);
  return pathToFileURL(file);
}

describe('a backend in a process of its own', () => {
  const attempt = { backend: 'webgpu', env: {} } as const;
  const tried = (code: string, limit = 20_000) =>
    tryBackend(attempt, { script: script(code), limit });

  test('that hangs is ended', async () => {
    const { works, cause, seconds } = await tried('setInterval(() => {}, 1000)', 1500);
    expect({ works, cause }).toEqual({
      works: false,
      cause: 'it does not start: no answer in time',
    });
    expect(seconds).toBeLessThan(10);
  });

  test('that crashes, leaves without a word or prints something else does not work', async () => {
    const crash = await tried("process.kill(process.pid, 'SIGSEGV'); setInterval(() => {}, 1000)");
    expect(crash).toMatchObject({ works: false, cause: 'its native code crashed (SIGSEGV)' });
    expect(await tried('process.exit(0)')).toMatchObject({ works: false });
    expect(await tried("console.log('{\"pla')")).toMatchObject({ works: false });
  });

  test('that throws tells why, and what helps', async () => {
    const failed = JSON.stringify({ failed: ['did not start', 'Dawn finds no adapter'] });
    const code = `console.log(${JSON.stringify(failed)}); process.exit(1)`;
    expect(await tried(code)).toMatchObject({ cause: 'no GPU adapter', fix: /Vulkan/ });
  });
});

test('a backend that does not start is not usable; one that is not installed is not tried', () => {
  const findings = findBackends({ resolves: (module) => module !== 'webgpu', installed: null });
  const attempts = findings.flatMap(attemptsOf);
  const names = attempts.map(({ backend, variant }) => variant ?? backend);
  expect(names).toEqual(['tensorflow', 'wasm', 'two threads', 'cpu']);
  const wasm = findings.find(({ name }) => name === 'wasm')!;
  const failed = {
    backend: 'wasm',
    env: {},
    works: false,
    seconds: 1,
    cause: 'broken',
    fix: 'mend',
    plan: null,
  } as const;
  expect(asTried(wasm, [failed])).toMatchObject({
    usable: false,
    reason: 'broken',
    howToGet: 'mend',
  });
  const works = { ...failed, works: true };
  expect(asTried(wasm, [works, { ...failed, variant: 'two threads' }])).toBe(wasm);
  const verdicts = (chosen: string) =>
    checkAttempts([failed, works], chosen).map(({ verdict }) => verdict);
  expect(verdicts('wasm')).toEqual(['problem', 'ok']);
  expect(verdicts('cpu')).toEqual(['warning', 'ok']);
});
