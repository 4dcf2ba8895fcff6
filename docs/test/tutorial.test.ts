import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

import { afterAll, describe, expect, it } from 'vitest';

import { lookAt } from './browser.js';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/tutorial.md'), 'utf8');
const folder = join(mkdtempSync(join(tmpdir(), 'moekit-tutorial-')), 'moe');

interface Step {
  readonly title: string;
  /** Absent for a line to run. */
  readonly file?: { readonly name: string; readonly text: string };
}

/** Blocks of the page in their order: files to write, lines to run. */
const steps = [...page.matchAll(/^```(ts|js|html|sh)(?: (\S+))?\n([\s\S]*?)^```/gm)].flatMap(
  ([, kind, name, text]): Step[] =>
    kind === 'sh'
      ? text!
          .trim()
          .split('\n')
          .map((title) => ({ title }))
      : [{ title: `writes ${name}`, file: { name: name!, text: text! } }],
);

/** The environment without what this Vitest tells its workers, and with nothing of the user's. */
const env = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|TEST$|NODE_ENV$)/.test(name)),
  ),
  ...{ NO_COLOR: '1', PORT: '0', MOEKIT_HOME: join(folder, 'home') },
};

const bins: Readonly<Record<string, string>> = {
  moekit: join(root, 'apps/cli/bin/moekit.js'),
  vite: join(root, 'node_modules/vite/bin/vite.js'),
};

/** A line as the program that it starts; `npx` finds what this repository has installed. */
function programOf(line: string): readonly [string, readonly string[]] {
  const [first, second, ...rest] = line.match(/"[^"]*"|\S+/g)!.map((word) => word.replaceAll('"', '')); // prettier-ignore
  if (first === 'npx') return [process.execPath, [bins[second!]!, ...rest]];
  return [first === 'node' ? process.execPath : first!, [second!, ...rest]];
}

async function run(line: string): Promise<string> {
  const [program, args] = programOf(line);
  const { stdout, stderr } = await promisify(execFile)(program, args, { cwd: folder, env });
  return stdout + stderr;
}

/** Links the packages that an `npm i` names, and no other: what a file of the page imports must be among them. */
function install(line: string): void {
  const names = line.split(' ').filter((word) => !/^(npm|i|-D)$/.test(word));
  for (const name of names) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link);
    expect(readFileSync(join(link, 'package.json'), 'utf8')).toContain(`"${name}"`);
  }
}

/** Starts what runs until it is ended, and asks it once it says where it listens. */
async function serve(line: string, ask: (address: string) => Promise<void>): Promise<void> {
  const [program, args] = programOf(line);
  const server = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(server, 'exit');
  try {
    for await (const said of createInterface(server.stdout)) {
      const port = /(?:port |localhost:)(\d+)/.exec(said)?.[1];
      if (port) return await ask(`http://localhost:${port}/`);
    }
    throw new Error(`${line} ended`);
  } finally {
    server.kill();
    await gone;
  }
}

async function askServer(address: string): Promise<void> {
  const reply = await fetch(`${address}?prompt=JULIET:`);
  const text = await reply.text();
  expect(text).toMatch(/^JULIET:/);
  expect(text.length).toBeGreaterThan(80);
}

/** The page, with its button pressed where a browser is installed. */
async function askPage(address: string): Promise<void> {
  const manifest = await fetch(`${address}model/manifest.json`);
  expect(await manifest.json()).toMatchObject({ step: 600 });
  await lookAt(address, async (view) => {
    await view.click('button');
    await view.waitForFunction('document.querySelector("pre").textContent.length > 80', undefined, {
      timeout: 120_000,
    });
  });
}

/** Files that a line must leave, and words that it must print. */
const left = (line: string) => /(?:--out|cp -r \S+) (\S+)/.exec(line)?.[1];
const printed: readonly (readonly [RegExp, RegExp])[] = [
  [/ train /, /600 steps/],
  [/ generate /, /^ROMEO: [\s\S]{40}/],
  [/ route [^-]*$/, /expert/],
  [/ inspect /, /threshold/],
  [/ eval /, /0\.9/],
  [/ bench /, /bits\/byte/],
];

async function take({ title: line, file }: Step): Promise<void> {
  if (file) return writeFileSync(join(folder, file.name), file.text);
  if (line.startsWith('npm i ')) return install(line);
  if (line === 'node server.js') return serve(line, askServer);
  if (line === 'npx vite preview') return serve(line, askPage);
  const parts = line.split(' && ').filter((part) => !part.startsWith('cd '));
  const said = [];
  for (const part of parts) said.push(await run(part));
  for (const [command, words] of printed) if (command.test(line)) expect(said[0]).toMatch(words);
  const out = left(line);
  if (out) expect(existsSync(join(folder, out)), out).toBe(true);
}

describe('the tutorial, in an empty folder', () => {
  mkdirSync(folder);
  afterAll(() => rmSync(dirname(folder), { recursive: true, force: true }));

  it.each(steps)('$title', { timeout: 300_000 }, (step) => take(step));
});
