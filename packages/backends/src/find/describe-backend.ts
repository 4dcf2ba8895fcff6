import { backendNamed } from '../backends/all.js';
import type { BackendFinding } from './find-backends.js';

/** What a result depends on beyond the packages of npm: TensorFlow's build and its precision, WebGPU's adapter. */
export async function describeBackend(finding: BackendFinding): Promise<Record<string, string>> {
  return (await backendNamed(finding.name).describe?.(finding)) ?? {};
}
