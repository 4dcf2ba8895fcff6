import { assertKinds } from '../../errors/assert-kinds.js';

/** The members of a GPU, an adapter and a device that subgroups take. */
interface Gpu {
  requestAdapter(options?: object): Promise<Adapter | null>;
}

interface Adapter {
  readonly features: { has(name: string): boolean };
  requestDevice(descriptor?: { requiredFeatures?: Iterable<string> }): Promise<Device>;
}

interface Device {
  createShaderModule(descriptor: { code: string }): object;
}

const prepared = new WeakSet<object>();

/**
 * Lets the programs of the dispatch kernels use subgroup operations where the adapter has them. tfjs asks for a device
 * without, and writes declarations above a program's first line, where WGSL wants its directives; so the device that
 * `gpu` will give is asked for with subgroups, and puts directives first.
 * @param gpu `navigator.gpu`, before `tf.setBackend('webgpu')`; it is changed. Under Node `startDawn` does it.
 */
export function offerSubgroups(gpu: object): void {
  assertKinds('offerSubgroups', gpu, { requestAdapter: 'function' });
  const given = gpu as Gpu;
  const requestAdapter = given.requestAdapter.bind(given);
  given.requestAdapter = async (options) => {
    const adapter = await requestAdapter(options);
    if (adapter?.features.has('subgroups')) giveSubgroups(adapter);
    return adapter;
  };
}

function giveSubgroups(adapter: Adapter): void {
  const requestDevice = adapter.requestDevice.bind(adapter);
  adapter.requestDevice = async (descriptor = {}) => {
    const requiredFeatures = [...(descriptor.requiredFeatures ?? []), 'subgroups'];
    const device = await requestDevice({ ...descriptor, requiredFeatures });
    const createShaderModule = device.createShaderModule.bind(device);
    device.createShaderModule = (module) =>
      createShaderModule({ ...module, code: directivesFirst(module.code) });
    prepared.add(device);
    return device;
  };
}

/** Whether a device runs programs that begin with `useSubgroups`. */
export function takesSubgroups(device: object): boolean {
  return prepared.has(device);
}

/**
 * Directives of a program with subgroup operations. WGSL cannot see that a value is the same in a whole subgroup, so it
 * would reject a loop over a subgroup's threads.
 */
export const useSubgroups = /* wgsl */ `
  enable subgroups;
  diagnostic(off, subgroup_uniformity);
`;

const DIRECTIVE = /^\s*(?:enable|requires|diagnostic)\b[^;{]*;/gm;

/** Moves WGSL's directives above everything else. */
export function directivesFirst(code: string): string {
  const directives = (code.match(DIRECTIVE) ?? []).map((directive) => directive.trim());
  return [...directives, code.replace(DIRECTIVE, '')].join('\n');
}
