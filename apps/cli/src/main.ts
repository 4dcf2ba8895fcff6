import { watchOutput } from './closed-output.js';
import { runCli } from './run-cli.js';

watchOutput();
process.exitCode = await runCli(process.argv);
