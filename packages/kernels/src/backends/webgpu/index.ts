export { offerSubgroups } from './subgroups.js';
