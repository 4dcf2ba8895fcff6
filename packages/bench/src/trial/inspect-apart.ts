import type { LoadProgress } from '@moekit/data';
import { errorsOf } from '@moekit/kernels';
import { lastValueFrom, tap } from 'rxjs';

import type { Inspector } from './inspector.js';
import type { Refusal, WorkerRequest } from './messages.js';
import type { WorkerReport } from './spawn-worker.js';
import { spawnWorker } from './spawn-worker.js';

/** Seconds: a module is loaded in far less. */
const TIMEOUT = 60;

/**
 * Looks at foreign code in processes of its own, one for each router: what it does there cannot harm this one.
 * @param entry module that calls `serveTrials`      @param timeout seconds without a word
 */
export function inspectApart(entry: URL | string, timeout = TIMEOUT): Inspector {
  const ask = (request: WorkerRequest, onProgress?: (progress: LoadProgress) => void) =>
    lastValueFrom(
      spawnWorker(request, { entry, timeout }).pipe(
        tap((report) => {
          if (report.type === 'loading') onProgress?.(report.progress as LoadProgress);
        }),
      ),
    );
  return {
    async router({ router, options }) {
      const report = await ask({ type: 'inspect-router', router, options: [...options] as never });
      if (report.type === 'router') return report.name;
      if (report.type === 'failed') return report.error;
      throw refusalOf(report);
    },
    async task(request, onProgress) {
      const report = await ask({ type: 'inspect-task', ...request }, onProgress);
      if (report.type === 'task') return report.facts;
      throw refusalOf(report);
    },
  };
}

function refusalOf(report: WorkerReport): Error {
  if (report.type === 'refused') return again(report.refusal);
  const { code, message } =
    report.type === 'failed' ? report.error : { code: 'BENCH_WORKER', message: report.type };
  const asked = `A task plug-in failed to load or to read its data: ${message.replace(/\.$/, '')}`;
  return again({ code, asked, fix: 'Fix the plug-in.' });
}

const again = ({ code, ...detail }: Refusal) => errorsOf<Record<string, string>>()(code, detail);
