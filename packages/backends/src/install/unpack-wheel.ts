import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { fail } from '../errors.js';
import { runProcess } from '../process/run-process.js';
import type { Python } from './find-python.js';
import { lastError } from './network.js';

/** The files to take from a wheel, and their destinations. */
export interface Selection {
  /** Prefix of names inside the wheel, and what replaces it. */
  readonly moves: readonly (readonly [prefix: string, to: string])[];
  /** Names that contain one of these are left out; a `$` stands for a name's end. */
  readonly without?: readonly string[];
}

/** Reads the wheel as the zip file it is, with Python, which is there for pip and has zip in its library. */
const SCRIPT = `
import json, os, shutil, sys, zipfile
job = json.load(open(sys.argv[1]))
with zipfile.ZipFile(job["wheel"]) as wheel:
    for entry in wheel.infolist():
        name = entry.filename
        if name.endswith(".dist-info/METADATA"):
            with open(job["metadata"], "wb") as out: out.write(wheel.read(entry))
        if name.endswith("/") or ".." in name or any(part in name + "$" for part in job["without"]): continue
        for prefix, to in job["moves"]:
            if not name.startswith(prefix): continue
            path = os.path.join(job["to"], to + name[len(prefix):])
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with wheel.open(entry) as source, open(path, "wb") as out: shutil.copyfileobj(source, out, 1 << 20)
            mode = entry.external_attr >> 16 & 0o777
            if mode: os.chmod(path, mode | 0o600)
            break
`;

/**
 * Unpacks part of a wheel.
 * @param temporary  folder for the script's input and output
 * @returns the wheel's METADATA
 * @throws BACKEND_WHEEL for a damaged file
 */
export async function unpackWheel(
  wheel: string,
  { moves, without = [] }: Selection,
  run: { python: Python; to: string; temporary: string; signal: AbortSignal },
): Promise<string> {
  const { python, to, temporary, signal } = run;
  const metadata = join(temporary, 'METADATA');
  const job = join(temporary, 'unpack.json');
  writeFileSync(metadata, '');
  writeFileSync(job, JSON.stringify({ wheel, to, moves, without, metadata }));
  const { exitCode, stderr } = await runProcess(python.command, ['-c', SCRIPT, job], { signal });
  if (exitCode !== 0) {
    throw fail('BACKEND_WHEEL', {
      asked: `${wheel} is not a complete wheel: ${lastError(stderr)}`,
      fix: 'Download it again.',
    });
  }
  return readFileSync(metadata, 'utf8');
}
