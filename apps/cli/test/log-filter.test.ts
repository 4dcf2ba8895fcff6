import fc from 'fast-check';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { LogFilter } from '../src/supervised/log-filter.js';
import { emptyFolder, moekit } from './moekit.js';

/** As TensorFlow 2.13, 2.16 and 2.21 wrote them. */
const LOGS = [
  'WARNING: All log messages before absl::InitializeLog() is called are written to STDERR',
  'I0000 00:00:1795980939.134108   14685 port.cc:153] oneDNN custom operations are on. You may see slightly different results.',
  'I0000 00:00:1795983423.939833     992 cpu_feature_guard.cc:227] This TensorFlow binary is optimized to use available CPU instructions in performance-critical operations.',
  'To enable the following instructions: AVX2 AVX512F FMA, in other operations, rebuild TensorFlow with the appropriate compiler flags.',
  '2026-01-01 10:00:00.123456: I tensorflow/core/platform/cpu_feature_guard.cc:182] This TensorFlow binary is optimized.',
  '2026-01-01 10:00:00.123456: W tensorflow/core/common_runtime/gpu/gpu_device.cc:2343] Cannot dlopen some GPU libraries.',
  'E0000 00:00:1795983423.939833     992 cuda_dnn.cc:8310] Unable to register cuDNN factory: Attempting to register factory for plugin cuDNN',
];
const WORDS = [
  'error CLI_USAGE: no such file',
  'W is a letter, and 2026 a year',
  'E0000 00:00:1795983423.939833     992 cuda_executor.cc:1] CUDA_ERROR_OUT_OF_MEMORY',
  '2026-01-01 10:00:00.123456: F tensorflow/core/platform/statusor.cc:33] Attempting to fetch value',
  'terminate called after throwing an instance of std::bad_alloc',
  'To be, or not to be',
];

test('log lines are held back, everything else is passed on, however it is cut into pieces', () => {
  const lines = fc.array(fc.constantFrom(...LOGS, ...WORDS), { maxLength: 12 });
  fc.assert(
    fc.property(
      lines,
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      (all, sizes) => {
        const text = all.map((line) => `${line}\n`).join('');
        let passed = '';
        const filter = new LogFilter((piece) => (passed += piece));
        for (let at = 0, i = 0; at < text.length; i++) {
          const size = sizes[i % sizes.length]!;
          filter.write(text.slice(at, at + size));
          at += size;
        }
        filter.end();
        const of = (kind: readonly string[]) =>
          all
            .filter((line) => kind.includes(line))
            .map((line) => `${line}\n`)
            .join('');
        expect(passed).toBe(of(WORDS));
        expect(filter.held).toBe(of(LOGS));
      },
    ),
  );
});

test('a line that is not finished is passed on at once, unless it may become a log line', () => {
  let passed = '';
  const filter = new LogFilter((piece) => (passed += piece));
  filter.write('Continue? ');
  expect(passed).toBe('Continue? ');
  filter.write('yes\nI00');
  expect(passed).toBe('Continue? yes\n');
  filter.end();
  expect(passed).toBe('Continue? yes\nI00');
});

/** A router whose code writes as native code does, past process.stderr, then runs `then`. */
async function noisyRouter(folder: string, then: string): Promise<string[]> {
  const file = join(folder, 'noisy.mjs');
  await writeFile(
    file,
    `import { writeSync } from 'node:fs';
     writeSync(2, ${JSON.stringify(`${LOGS.join('\n')}\n${WORDS[0]}\n`)});
     ${then}
     export default {};`,
  );
  return ['layer-time', '--routers', file, '--backend', 'cpu'];
}

test(
  'the log lines of native code are shown with --verbose alone',
  { timeout: 60_000 },
  async () => {
    const cwd = await emptyFolder();
    const args = await noisyRouter(cwd, '');
    const { stderr, code } = await moekit(args, { cwd });
    expect(code).toBe(2); // it exports no router
    expect(stderr).toContain(WORDS[0]);
    for (const line of LOGS) expect(stderr).not.toContain(line);
    const { stderr: verbose } = await moekit([...args, '--verbose'], { cwd });
    for (const line of LOGS) expect(verbose).toContain(line);
  },
);

test('they are shown where the process fails', { timeout: 60_000 }, async () => {
  const cwd = await emptyFolder();
  const args = await noisyRouter(cwd, "process.kill(process.pid, 'SIGABRT');");
  const { stderr, code } = await moekit(args, { cwd });
  expect(code).toBe(134);
  for (const line of [...LOGS, WORDS[0]]) expect(stderr).toContain(line);
  expect(stderr).toContain('error CLI_ENDED');
});
