import { cp, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { succeed } from '../release/run.js';
import type { Stage, Step } from './stages.js';

/** System packages come from the machine: installing them again would change it. */
const SYSTEM_PACKAGES = /^apt-get /;

/** Where an image's root lies on this machine, and what its steps have set. */
export interface Image {
  readonly root: string;
  workdir: string;
  readonly env: Record<string, string>;
  entrypoint: readonly string[];
  command: readonly string[];
}

/**
 * Does what the steps of a Dockerfile say in a folder that stands for the image's root: paths of the image in COPY, ENV,
 * WORKDIR and RUN are paths in it. A later stage keeps nothing of an earlier one but what it copies, at the same paths, and
 * has no program but Node, as its base image.
 * @param context files that `COPY . .` takes, with the context's folder
 */
export async function runStages(
  stages: readonly Stage[],
  root: string,
  context: { readonly folder: string; readonly files: readonly string[] },
): Promise<Image> {
  let image = await startImage(root, process.env['PATH']!);
  for (const [i, { steps }] of stages.entries()) {
    if (i > 0) {
      await rename(root, earlier(root));
      image = await startImage(root, await onlyNode(root));
    }
    for (const step of steps) await take(step, image, context);
    await rm(earlier(root), { recursive: true, force: true });
  }
  return image;
}

/** The program that the image starts, or another command given to its entry point. */
export function start(image: Image, command = image.command): Promise<string> {
  const [program, ...args] = [...image.entrypoint, ...command];
  return succeed(program!, args, { cwd: image.workdir, env: image.env });
}

const earlier = (root: string) => `${root}.earlier`;

async function startImage(root: string, path: string): Promise<Image> {
  await mkdir(root, { recursive: true });
  return { root, workdir: root, env: { PATH: path }, entrypoint: [], command: [] };
}

/** A folder for PATH with Node alone: no compiler, no Python. */
async function onlyNode(root: string): Promise<string> {
  const folder = join(root, 'usr/bin');
  await mkdir(folder, { recursive: true });
  await symlink(process.execPath, join(folder, 'node'));
  return folder;
}

async function take(
  { keyword, text }: Step,
  image: Image,
  context: Parameters<typeof runStages>[2],
): Promise<void> {
  const inside = (path: string) => join(image.root, path);
  const steps: Record<string, () => Promise<void> | void> = {
    WORKDIR: async () => {
      image.workdir = inside(text);
      await mkdir(image.workdir, { recursive: true });
    },
    ENV: () => {
      for (const [, name, value] of text.matchAll(/(\w+)=(\S+)/g))
        image.env[name!] = value!
          .replaceAll(/(^|:)\//g, `$1${image.root}/`)
          .replaceAll(/\$(\w+)/g, (_, known: string) => image.env[known] ?? '');
    },
    COPY: () => copy(text.split(' ') as [string, string], image, context),
    RUN: async () => {
      if (SYSTEM_PACKAGES.test(text)) return;
      await succeed('sh', ['-c', text], { cwd: image.workdir, env: image.env });
    },
    ENTRYPOINT: () => {
      image.entrypoint = JSON.parse(text) as string[];
    },
    CMD: () => {
      image.command = JSON.parse(text) as string[];
    },
  };
  const step = steps[keyword];
  if (!step) throw new Error(`no test knows what ${keyword} ${text} does`);
  await step();
}

/** From the context, or from the stage before: nothing else is copied by these Dockerfiles. */
async function copy(
  [from, to]: [string, string],
  { root, workdir }: Image,
  { folder, files }: Parameters<typeof runStages>[2],
): Promise<void> {
  if (!from.startsWith('/')) {
    const target = resolve(workdir, to);
    for (const file of files) await cp(join(folder, file), join(target, file));
    return;
  }
  if (from !== to) throw new Error(`the build must be at the same path: ${from}, ${to}`);
  await mkdir(dirname(join(root, to)), { recursive: true });
  await rename(join(earlier(root), from), join(root, to));
}
