import type { Results, Row } from '../results/results-schema.js';
import { FONT } from './axis.js';
import { escapeHtml } from './escape.js';
import { HEAT, MUTED } from './palette.js';
import { renderChart } from './render-chart.js';

/** Loads from here on look the same: four times the mean. */
const TOP = 4;

/** One picture per router and MoE layer: experts across, training time down, colour = load over the mean load. */
export function loadHeatMaps({ rows }: Results): string {
  const pictures = rows.flatMap((row) => heatMapsOf(row));
  if (pictures.length === 0) return '<p class="note">No MoE row finished.</p>';
  return `<div class="maps">${pictures.join('')}</div>${scale()}`;
}

function heatMapsOf({ label, trials }: Row): string[] {
  const trial = trials[0];
  const layers = trial?.loadHistory[0]?.length ?? 0;
  return Array.from({ length: layers }, (_, layer) => {
    const times = trial!.loadHistory.map((parts) => parts[layer] ?? []);
    const name = layers > 1 ? `${label}, MoE layer ${layer + 1}` : label;
    return `<figure><figcaption>${escapeHtml(name)} <span class="note">seed ${trial!.seed}</span></figcaption>${heatMap(times)}</figure>`;
  });
}

function heatMap(times: readonly (readonly number[])[]): string {
  const experts = times[0]?.length ?? 0;
  const text = { color: MUTED, fontFamily: FONT, fontSize: 11 };
  const axis = { type: 'category' as const, axisTick: { show: false }, axisLine: { show: false } };
  return renderChart(
    {
      grid: { left: 40, right: 8, top: 6, bottom: 34 },
      xAxis: {
        ...axis,
        data: Array.from({ length: experts }, (_, expert) => String(expert)),
        axisLabel: text,
        name: 'expert',
        nameLocation: 'middle',
        nameGap: 20,
        nameTextStyle: text,
      },
      yAxis: {
        ...axis,
        inverse: true,
        data: times.map((_, time) => `${Math.round((100 * time) / times.length)}%`),
        axisLabel: { ...text, interval: Math.max(0, Math.ceil(times.length / 4) - 1) },
      },
      visualMap: { show: false, min: 0, max: TOP, dimension: 2, inRange: { color: HEAT } },
      series: {
        type: 'heatmap',
        data: times.flatMap((shares, time) =>
          shares.map((share, expert) => [expert, time, Math.min(TOP, share * experts)]),
        ),
        itemStyle: { borderWidth: 0 },
        progressive: 0,
      },
    },
    { width: 460, height: 190 },
  );
}

function scale(): string {
  const stops = HEAT.join(', ');
  return `<p class="scale"><span>idle</span><i style="background:linear-gradient(90deg, ${stops})"></i><span>${TOP}× the mean load or more</span></p>`;
}
