import { backendNamed } from '../backends/all.js';
import type { BackendFinding } from './find-backends.js';

/** Facts that a result depends on besides package versions: TensorFlow's build and precision, WebGPU's adapter. */
export async function describeBackend(finding: BackendFinding): Promise<Record<string, string>> {
  return (await backendNamed(finding.name).describe?.(finding)) ?? {};
}
