import type { PlanExplanation } from '@moekit/kernels';

import { runProcess } from '../process/run-process.js';
import type { Attempt, Attempted } from './attempt.js';
import { explainFailure } from './explain-failure.js';

/** Milliseconds: TensorFlow takes seconds to load on a slow disk, and a driver that hangs must end. */
const LIMIT = 45_000;

interface TryOptions {
  /** Milliseconds. */
  readonly limit?: number;
  /** The module that the process runs: tests have their own. */
  readonly script?: URL;
}

/**
 * Starts a backend in a process of its own and computes with it. A crash, a hang or a wrong figure is an answer with its
 * cause and its cure; nothing is thrown, and nothing starts in this process.
 */
export async function tryBackend(
  attempt: Attempt,
  { limit = LIMIT, script = new URL('./attempt-process.js', import.meta.url) }: TryOptions = {},
): Promise<Attempted> {
  const started = performance.now();
  const signal = AbortSignal.timeout(limit);
  const ended = await runProcess(
    process.execPath,
    [decodeURIComponent(script.pathname), attempt.backend],
    { signal, env: { ...process.env, ...attempt.env } },
  );
  const said = lastWords(ended.stdout);
  const seconds = (performance.now() - started) / 1000;
  const works = ended.exitCode === 0 && said.plan !== undefined;
  const { cause, fix } = works
    ? { cause: '', fix: '' }
    : explainFailure({
        ...ended,
        backend: attempt.backend,
        timedOut: signal.aborted,
        messages: said.failed ?? [],
      });
  return { ...attempt, works, seconds, cause, fix, plan: said.plan ?? null };
}

interface Words {
  readonly plan?: PlanExplanation;
  readonly failed?: readonly string[];
}

function lastWords(stdout: string): Words {
  try {
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as Words;
  } catch {
    return {};
  }
}
