import { summariseAdapter } from './adapter.js';
import type { WebGpuBackend } from './backend.js';
import { takesSubgroups } from './subgroups.js';

/** The traits by which programs are chosen. */
export interface DeviceTraits {
  /** It computes on the processor. */
  readonly software: boolean;
  /** Programs may use subgroup operations: the device has them, and `offerSubgroups` saw it made. */
  readonly subgroups: boolean;
  /** The most workgroups along an axis of a grid. */
  readonly mostGroups: number;
}

/** A workgroup in software takes as long to set up as a tile of few rows to multiply. */
const SOFTWARE_GROUPS_PER_CORE = 2;
/** Several for each core of the largest devices, which do not say how many they have. */
const HARDWARE_GROUPS = 512;

const known = new WeakMap<object, DeviceTraits>();

/** Says what the device of a backend is; a host that tells nothing of it is taken for hardware. */
export function deviceTraits({ device }: WebGpuBackend): DeviceTraits {
  const traits = known.get(device) ?? {
    software: device.adapterInfo ? summariseAdapter({ info: device.adapterInfo }).software : false,
    subgroups: takesSubgroups(device),
    mostGroups: device.limits.maxComputeWorkgroupsPerDimension,
  };
  known.set(device, traits);
  return traits;
}

/** How many workgroups keep a device busy. */
export function groupsWanted(backend: WebGpuBackend): number {
  return deviceTraits(backend).software ? SOFTWARE_GROUPS_PER_CORE * cores() : HARDWARE_GROUPS;
}

/**
 * Workgroups along the second axis of a grid that share `most` pieces of work for each of `across` along the first. One
 * that finds none costs hardware next to nothing.
 */
export function groupsFor(backend: WebGpuBackend, across: number, most: number): number {
  const { software, mostGroups } = deviceTraits(backend);
  return Math.min(most, software ? Math.ceil(groupsWanted(backend) / across) : mostGroups);
}

function cores(): number {
  const { navigator } = globalThis as { navigator?: { hardwareConcurrency?: number } };
  return navigator?.hardwareConcurrency ?? 2;
}
