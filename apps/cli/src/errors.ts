import { errorsOf } from '@moekit/kernels/error';

export const cliErrors = {
  CLI_USAGE: 'A command, flag or flag value that the command line does not know.',
  CLI_ROUTER_UNKNOWN: 'A router name that is neither built in nor a file nor an installed package.',
  CLI_CHECKPOINT_CODE: 'A checkpoint names a router or task that would have to be loaded as code.',
  CLI_NODE: 'The version of Node.js is too old to run moekit.',
  CLI_CONFIG: 'A moekit.config file cannot be loaded, or is not a configuration.',
  CLI_BUSY: 'Another run is writing into the same folder.',
  CLI_GONE: 'The folder that a run writes into was removed or replaced while it ran.',
  CLI_LOCK: 'A lock could not be taken: no space, no permission, or a file system without locks.',
  CLI_OUTPUT: 'Standard output cannot be written.',
  CLI_SYSTEM: 'The operating system refused something: no space, no permission, a limit.',
  CLI_ENDED:
    'Code that a command called (a plug-in, a configuration) ended the process, or left an error unhandled.',
  CLI_UNEXPECTED: 'A defect in moekit itself; please report it.',
} as const;

export const fail = errorsOf(cliErrors);
