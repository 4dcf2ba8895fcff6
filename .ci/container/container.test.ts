import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { succeed } from '../release/run.js';
import type { Image } from './clean-directory.js';
import { runStages, start } from './clean-directory.js';
import { readStages } from './stages.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const cpu = readStages(join(root, 'docker/cpu.Dockerfile'));
const cuda = readStages(join(root, 'docker/cuda.Dockerfile'));

const docker = (...args: string[]) => spawnSync('docker', args, { cwd: root, encoding: 'utf8' });
const dockerWorks = docker('run', '--rm', 'node:22-bookworm-slim', 'node', '-v').status === 0;

describe.runIf(dockerWorks)('docker build, docker/cpu.Dockerfile', () => {
  it('gives an image that chooses TensorFlow', () => {
    const built = docker('build', '-f', 'docker/cpu.Dockerfile', '-t', 'moekit:test', '.');
    expect(built.status, built.stderr).toBe(0);
    const { stdout } = docker('run', '--rm', 'moekit:test');
    expect(stdout).toContain('chosen: tensorflow');
  });
});

describe.skipIf(dockerWorks)('the steps of docker/cpu.Dockerfile in a clean directory', () => {
  let folder: string;
  let image: Image;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'moekit-container-'));
    const listed = await succeed('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: root }); // prettier-ignore
    const files = listed.split('\0').filter(Boolean);
    image = await runStages(cpu, join(folder, 'root'), { folder: root, files });
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('computes on TensorFlow with no program but Node', async () => {
    const said = JSON.parse(await start(image, ['backend', 'verify', '--json'])) as object;
    expect(said).toMatchObject({ tensorflow: '2.21.0', device: 'cpu' });
  });

  it('starts with a doctor that chose TensorFlow and found no problem', async () => {
    expect(image.command).toEqual(['doctor']);
    expect(await start(image)).toContain('chosen: tensorflow');
  });
});

it('the image for CUDA differs by two options and by the variables for the driver', () => {
  const flat = (stages: typeof cpu) =>
    stages.flatMap(({ base, steps }) => [base, ...steps.map(({ keyword, text }) => `${keyword} ${text}`)]); // prettier-ignore
  const withoutGpu = flat(cuda).flatMap((step) =>
    step.startsWith('ENV NVIDIA_') ? [] : [step.replace(' --gpu --skip-gpu-check', '')],
  );
  expect(withoutGpu).toEqual(flat(cpu));
  expect(flat(cuda)).toContain(
    'RUN node apps/cli/bin/moekit.js backend install tensorflow --gpu --skip-gpu-check',
  );
});
