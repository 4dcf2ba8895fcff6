import { BASE } from './base.js';
import { CHARTS } from './charts.js';
import { COLOURS } from './colours.js';
import { PRINT } from './print.js';
import { TABLES } from './tables.js';

/** The page's style sheet: system fonts, two colour schemes, any width from a phone's on, and paper. */
export const STYLE = [COLOURS, BASE, CHARTS, TABLES, PRINT].join('');
