import type { CommandUnknownOpts } from '@commander-js/extra-typings';

import {
  backendCommand,
  installCommand,
  listCommand,
  removeCommand,
  verifyCommand,
} from './commands/backend.js';
import { benchCommand } from './commands/bench.js';
import { completionCommand } from './commands/completion.js';
import { doctorCommand } from './commands/doctor.js';
import { evalCommand } from './commands/eval.js';
import { experimentsCommand } from './commands/experiments.js';
import { generateCommand } from './commands/generate.js';
import { inspectCommand } from './commands/inspect.js';
import { kernelTimesCommand } from './commands/kernel-times.js';
import { layerTimeCommand } from './commands/layer-time.js';
import { newCommand, newRouterCommand } from './commands/new.js';
import { reportCommand } from './commands/report.js';
import { routersCommand } from './commands/routers.js';
import { routeCommand } from './commands/route.js';
import { sweepCommand } from './commands/sweep.js';
import { tasksCommand } from './commands/tasks.js';
import { trainCommand } from './commands/train.js';

/** Receives the exit code of the command that ran. */
export type Done = (exitCode: number) => void;

const backendActions = () => import('./commands/actions/backend.js');

/**
 * Gives each command its action. A declaration knows its options, an action the flags it is given; only this file knows both.
 * An action's code is loaded when it runs: `moekit --help` reads none of it.
 */
export function bindCommands(done: Done): readonly CommandUnknownOpts[] {
  return [
    benchCommand().action(async (flags) => {
      const { bench } = await import('./commands/actions/bench.js');
      done(await bench(flags));
    }),
    sweepCommand().action(async (experiment, flags) => {
      const { sweep } = await import('./commands/actions/sweep.js');
      done(await sweep(experiment, flags));
    }),
    reportCommand().action(async (folders, flags) => {
      const { report } = await import('./commands/actions/report.js');
      done(await report(folders, flags));
    }),
    trainCommand().action(async (folder, flags) => {
      const { train } = await import('./commands/actions/train.js');
      done(await train(folder, flags));
    }),
    evalCommand().action(async (path, flags) => {
      const { evaluateCheckpoint } = await import('./commands/actions/eval.js');
      done(await evaluateCheckpoint(path, flags));
    }),
    generateCommand().action(async (path, flags) => {
      const { generateFrom } = await import('./commands/actions/generate.js');
      done(await generateFrom(path, flags));
    }),
    routeCommand().action(async (path, text, flags) => {
      const { routeWithRun } = await import('./commands/actions/route.js');
      done(await routeWithRun(path, text, flags));
    }),
    inspectCommand().action(async (path, flags) => {
      const { inspect } = await import('./commands/actions/inspect.js');
      done(await inspect(path, flags));
    }),
    bindBackend(done),
    routersCommand().action(async (name, flags) => {
      const { routers } = await import('./commands/actions/routers.js');
      done(await routers(name, flags));
    }),
    tasksCommand().action(async (name, flags) => {
      const { tasks } = await import('./commands/actions/tasks.js');
      done(await tasks(name, flags));
    }),
    experimentsCommand().action(async (name, flags) => {
      const { experiments } = await import('./commands/actions/experiments.js');
      done(experiments(name, flags));
    }),
    layerTimeCommand().action(async (flags) => {
      const { layerTime } = await import('./commands/actions/layer-time.js');
      done(await layerTime(flags));
    }),
    kernelTimesCommand().action(async (flags) => {
      const { kernelTimes } = await import('./commands/actions/kernel-times.js');
      done(await kernelTimes(flags));
    }),
    bindNew(done),
    completionCommand().action(async (shell) => {
      const { completion } = await import('./commands/actions/completion.js');
      done(completion(shell));
    }),
    doctorCommand().action(async (flags) => {
      const { doctor } = await import('./commands/actions/doctor.js');
      done(await doctor(flags));
    }),
  ];
}

function bindBackend(done: Done): CommandUnknownOpts {
  const install = installCommand().action(async (name, flags) => {
    const { installBackend } = await backendActions();
    done(await installBackend(name, flags));
  });
  const list = listCommand().action(async (flags) => {
    const { showBackends } = await backendActions();
    done(showBackends(flags));
  });
  const remove = removeCommand().action(async (name, flags) => {
    const { removeBackends } = await backendActions();
    done(removeBackends(name, flags));
  });
  const verify = verifyCommand().action(async (name, flags) => {
    const { verifyBackend } = await backendActions();
    done(await verifyBackend(name, flags));
  });
  return backendCommand()
    .addCommand(install)
    .addCommand(list)
    .addCommand(remove)
    .addCommand(verify);
}

function bindNew(done: Done): CommandUnknownOpts {
  const router = newRouterCommand().action(async (name) => {
    const { newRouter } = await import('./commands/actions/new-router.js');
    done(await newRouter(name));
  });
  return newCommand().addCommand(router);
}
