import { outputWritten, watchOutput } from './closed-output.js';
import { guardProcess } from './guard-process.js';
import { runCli } from './run-cli.js';

const outputCode = watchOutput();
const ended = guardProcess();
const code = await runCli(process.argv);
await outputWritten();
process.exitCode = code || outputCode();
ended();
