import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

import { gpuVisible } from '../tensorflow/gpu-visible.js';
import type { Check } from './verdict.js';

const DRIVER_FOLDERS = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d'];

/** Drivers that compute on the processor, which `auto` never chooses. */
const SOFTWARE = /lvp|swiftshader|llvmpipe/i;

/** Checks for the Vulkan loader and a driver of a hardware adapter, which WebGPU under Node needs on Linux. */
export function checkVulkan(): Check[] {
  if (process.platform !== 'linux') return [];
  if (!hasLoader()) {
    const text = 'Vulkan: no loader, which WebGPU under Node needs';
    return [{ verdict: 'warning', text, fix: 'apt-get install libvulkan1' }];
  }
  const drivers = DRIVER_FOLDERS.flatMap(filesIn).filter((name) => name.endsWith('.json'));
  const hardware = drivers.filter((name) => !SOFTWARE.test(name));
  const adapters = filesIn('/dev/dri').filter((name) => name.startsWith('renderD'));
  if (hardware.length > 0 && (adapters.length > 0 || gpuVisible())) {
    const devices = adapters.join(', ') || 'an NVIDIA device';
    return [{ verdict: 'ok', text: `Vulkan: ${devices} with ${hardware.join(', ')}` }];
  }
  const found = hardware.length > 0 ? 'no adapter' : 'no driver of one';
  const text = `Vulkan: a loader, but ${found}; WebGPU would compute in software and is not chosen`;
  return [
    {
      verdict: 'warning',
      text,
      fix: 'install your GPU’s Vulkan driver (mesa-vulkan-drivers or NVIDIA’s)',
    },
  ];
}

function hasLoader(): boolean {
  for (const command of ['ldconfig', '/sbin/ldconfig']) {
    const { status, stdout } = spawnSync(command, ['-p'], { encoding: 'utf8' });
    if (status === 0) return stdout.includes('libvulkan.so.1');
  }
  return false;
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
