import { runCreate } from './run-create.js';

process.exitCode = await runCreate(process.argv.slice(2));
