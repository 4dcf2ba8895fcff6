/** The program of every worker process. */
export const WORKER = new URL('./worker.js', import.meta.url);
