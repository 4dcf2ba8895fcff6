import good from './good.js';

export const first = { ...good, name: 'first' };
export const second = { ...good, name: 'second' };
