import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const WORK = 'work-';
const INPUTS = 'inputs.json';

/**
 * A folder next to the final one in which a backend is built. Every step leaves its whole result or nothing: it works in
 * a temporary folder that is renamed to the step's name at the end. The next run can therefore resume a killed one, and
 * programs that outlive the killed run write into a folder that no step reads.
 */
export class Staging {
  readonly dir: string;

  /**
   * @param dir      made if it is not there
   * @param inputs   what the results depend on; results of other inputs are thrown away
   */
  constructor(dir: string, inputs: unknown) {
    this.dir = dir;
    const text = JSON.stringify(inputs);
    if (existsSync(dir) && readInputs(dir) !== text) this.remove();
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, INPUTS), text);
    this.#removeWork();
  }

  has(step: string): boolean {
    return existsSync(this.path(step));
  }

  path(...parts: string[]): string {
    return join(this.dir, ...parts);
  }

  /** The step's result folder, made by `make` unless an earlier run made it. */
  async step(name: string, make: (work: string) => Promise<void>): Promise<string> {
    if (!this.has(name)) {
      const work = mkdtempSync(this.path(WORK));
      await make(work);
      renameSync(work, this.path(name));
    }
    return this.path(name);
  }

  /** A folder for temporary files, gone with the run. */
  temporary(): string {
    return mkdtempSync(this.path(WORK));
  }

  remove(): void {
    remove(this.dir);
  }

  #removeWork(): void {
    for (const name of readdirSync(this.dir)) if (name.startsWith(WORK)) remove(this.path(name));
  }
}

function readInputs(dir: string): string | undefined {
  try {
    return readFileSync(join(dir, INPUTS), 'utf8');
  } catch {
    return undefined;
  }
}

/** Removes a folder, also while a program of a killed run still writes into it; what it adds later is harmless. */
export function remove(dir: string): void {
  try {
    rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
  }
}
