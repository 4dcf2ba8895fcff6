import { watchOutput } from './closed-output.js';
import { guardProcess } from './guard-process.js';
import { runCli } from './run-cli.js';

watchOutput();
const ended = guardProcess();
process.exitCode = await runCli(process.argv);
ended();
