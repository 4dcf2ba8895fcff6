import type { LoadProgress } from '@moekit/data';

import type { RouterRequest } from '../plugins/inspect-router.js';
import { inspectRouter } from '../plugins/inspect-router.js';
import type { PluginRegistry } from '../plugins/registry.js';
import type { TaskFacts, TaskRequest } from './inspect-task.js';
import { inspectTask } from './inspect-task.js';
import type { TrialError } from './messages.js';

/** Where foreign code is looked at before anything is trained. */
export interface Inspector {
  /** @returns what the plug-in calls itself, or what keeps its rows from running      @throws for mistakes of the user */
  router(request: RouterRequest): Promise<string | TrialError>;
  task(request: TaskRequest, onProgress?: (progress: LoadProgress) => void): Promise<TaskFacts>;
}

/** In this process, for code that is trusted as one's own. */
export function inspectHere(registry: PluginRegistry): Inspector {
  return {
    router: (request) => inspectRouter(request, registry),
    task: (request, onProgress) => inspectTask(request, registry, onProgress),
  };
}
