export { useWebGpu } from './use-webgpu.js';
