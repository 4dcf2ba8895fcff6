import { readFileSync } from 'node:fs';
import { URL } from 'node:url';

import { file } from './svg.mjs';

/** As in reports: from no compute to all slots real. */
const HEAT = ['#3b2f6b', '#3f5c8c', '#2f8f8b', '#6fbf63', '#f2d545'];
const [GAP, LEGEND] = [14, 22];

const channels = (colour) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

function heat(share) {
  const at = Math.min(share * (HEAT.length - 1), HEAT.length - 1.001);
  const [from, to] = [HEAT[Math.floor(at)], HEAT[Math.floor(at) + 1]].map(channels);
  const mixed = from.map((value, i) => Math.round(value + (to[i] - value) * (at % 1)));
  return `rgb(${mixed.join()})`;
}

/** White ink: one path for each of 15 levels of grey, in runs along the rows. */
function ink({ width, grey }) {
  const paths = new Map();
  for (let at = 0; at < grey.length;) {
    let end = at + 1;
    while (grey[end] === grey[at] && end % width !== 0) end += 1;
    const run = `M${at % width} ${Math.floor(at / width)}h${end - at}v1h-${end - at}z`;
    if (grey[at] !== '0') paths.set(grey[at], (paths.get(grey[at]) ?? '') + run);
    at = end;
  }
  return [...paths].map(([level, d]) => `<path d="${d}" opacity="${(Number.parseInt(level, 16) / 15).toFixed(2)}"/>`).join(''); // prettier-ignore
}

function words(size, { question, answer }) {
  const line = (y, colour, text) => `<text y="${size + y}" font-size="12.5" fill="var(--${colour})" text-anchor="start">${text}</text>`; // prettier-ignore
  return line(18, 'fg', question) + line(35, 'muted', answer);
}

function picture({ width, patches, ...drawing }, size) {
  const fill = ({ x, y, size, share }) => `<rect x="${x}" y="${y}" width="${size}" height="${size}" fill="${heat(share)}"/>`; // prettier-ignore
  return `<g transform="scale(${(size / width).toFixed(4)})" shape-rendering="crispEdges">${patches.map(fill).join('')}<g fill="#fff">${ink({ width, ...drawing })}</g></g>`; // prettier-ignore
}

function legend(y, width) {
  const stops = HEAT.map((colour, i) => `<stop offset="${i / (HEAT.length - 1)}" stop-color="${colour}"/>`); // prettier-ignore
  const label = (x, anchor, text) => `<text x="${x}" y="${y + 11}" font-size="13" fill="var(--muted)" text-anchor="${anchor}">${text}</text>`; // prettier-ignore
  return `<defs><linearGradient id="heat">${stops.join('')}</linearGradient></defs>${label(0, 'start', 'no compute')}<rect x="84" y="${y}" width="${width - 84 - 104}" height="14" rx="3" fill="url(#heat)"/>${label(width, 'end', 'all slots real')}`; // prettier-ignore
}

/**
 * Held-out pictures of docs/results/null-modality-pictures.json, their patches coloured by compute.
 * @param captions with each picture's question and the model's answer
 */
export function patches({ columns, size, captions }) {
  const data = new URL('../../results/null-modality-pictures.json', import.meta.url);
  const { pictures, description } = JSON.parse(readFileSync(data, 'utf8'));
  const [across, down] = [size + GAP, size + (captions ? 50 : GAP)];
  const width = columns * across - GAP;
  const height = Math.ceil(pictures.length / columns) * down + LEGEND;
  const drawn = pictures.map((one, i) => {
    const place = `translate(${(i % columns) * across} ${Math.floor(i / columns) * down})`;
    return `<g transform="${place}">${picture(one, size)}${captions ? words(size, one) : ''}</g>`;
  });
  return file(drawn.join('') + legend(height - 18, width), { width, height, description });
}
