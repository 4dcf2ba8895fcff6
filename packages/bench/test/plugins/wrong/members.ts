import { right } from './behaviours.js';

export const text = 'a router';
export const factory = () => right;
export const noMembers = { name: 'no-members' };
export const noOptions = { ...right, name: 'no-options', options: { k: 1 } };
export const oldVersion = { ...right, name: 'old-version', apiVersion: 0 };
export const silentSchema = {
  ...right,
  name: 'silent-schema',
  options: { '~standard': { version: 1, vendor: 'me', validate: () => undefined } },
};
export const throwingSchema = {
  ...right,
  name: 'throwing-schema',
  options: {
    '~standard': {
      version: 1,
      vendor: 'me',
      validate: () => {
        throw new Error('cannot read k');
      },
    },
  },
};
