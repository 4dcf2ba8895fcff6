import { plot, axisX, dot, ruleX, link, text } from '@observablehq/plot';
import { parseHTML } from 'linkedom';

import { drawn } from './svg.mjs';

const [WIDTH, LABELS, MEANS, ROW, TOP] = [430, 158, 52, 24, 8];

/** 1 or −0.034, with a sign and a minus of print. */
export const signed = (value, digits = 3) =>
  `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value).toFixed(digits)}`;

/**
 * A forest plot: a row for each difference, its 95 % interval as a line, filled where that leaves out zero.
 * @param rows of `{ label, mean, interval, note }`      @param domain ends of the axis; a line that leaves it has an arrow
 * @returns an SVG file's text
 */
export function forest({ rows, axis, domain, description }) {
  const [low, high] = domain ?? domainOf(rows);
  const within = (value) => Math.min(Math.max(value, low), high);
  const shown = rows.map((row) => ({ ...row, ...endsOf(row, [low, high]) }));
  const colour = ({ certain }) => (certain ? 'var(--accent)' : 'var(--muted)');
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = plot({
    document,
    width: WIDTH,
    height: TOP + rows.length * ROW + 40,
    ...{ marginLeft: LABELS, marginRight: MEANS, marginTop: TOP, marginBottom: 40 },
    x: { domain: [low, high], label: null },
    y: { domain: rows.map(({ label }) => label), axis: null },
    marks: [
      ruleX([0], { stroke: 'var(--fg)' }),
      axisX({ ticks: 4, color: 'var(--muted)', tickFormat: (d) => String(d).replace('-', '−'), fontSize: 12 }), // prettier-ignore
      link(shown, { x1: 'from', x2: 'to', y: 'label', stroke: colour, strokeWidth: 2 }),
      ...['from', 'to'].map((end) => arrows(shown, end, colour)),
      dot(shown, { x: ({ mean }) => within(mean), y: 'label', r: 4.5, stroke: colour, strokeWidth: 2, fill: (row) => (row.certain ? 'var(--accent)' : 'var(--ground)') }), // prettier-ignore
      text(shown, { frameAnchor: 'left', dx: -LABELS + 6, textAnchor: 'start', y: 'label', text: 'label', fontSize: 13, fill: 'var(--fg)' }), // prettier-ignore
      text(shown, { frameAnchor: 'right', dx: MEANS - 2, textAnchor: 'end', y: 'label', text: ({ mean }) => signed(mean), fontSize: 12, fill: 'var(--muted)' }), // prettier-ignore
      text([axis], { frameAnchor: 'bottom', dy: 36, text: String, fontSize: 12, fill: 'var(--muted)' }), // prettier-ignore
    ],
  });
  return drawn(svg, { width: WIDTH, height: TOP + rows.length * ROW + 40, description });
}

/** Arrow heads where an interval goes on beyond the axis. */
function arrows(rows, end, fill) {
  const cut = rows.filter((row) => row.cut[end]);
  return dot(cut, { x: end, y: 'label', symbol: 'triangle', rotate: end === 'from' ? -90 : 90, r: 4, fill }); // prettier-ignore
}

/** Both ends of a row's interval within the axis. */
function endsOf({ interval, mean }, [low, high]) {
  const [from, to] = interval ?? [mean, mean];
  return {
    certain: from > 0 || to < 0,
    from: Math.max(from, low),
    to: Math.min(to, high),
    cut: { from: from < low, to: to > high },
  };
}

/** Room for every interval, and for zero. */
function domainOf(rows) {
  const values = rows.flatMap(({ interval, mean }) => [0, mean, ...(interval ?? [])]);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const edge = (high - low) * 0.05;
  return [low - edge, high + edge];
}
