export * from './routers.js';
