/**
 * Charts: a wide and a narrow drawing of each, of which the page shows the one that fits its place; strips that stretch
 * while their text does not; small ones side by side.
 */
export const CHARTS = `
section, .run, main { container-type: inline-size; }
svg { display: block; font-family: inherit; }
.chart { margin-top: 8px; }
.chart svg, figure svg { width: 100%; height: auto; }
.chart .narrow { display: none; max-width: 480px; }
@container (max-width: 619px) { .chart .wide { display: none; } .chart .narrow { display: block; } }
.dot { display: inline-block; width: 10px; height: 10px; border-radius: 50%; margin-right: 7px; flex: none; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
.dot.square { border-radius: 2px; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 13.5px; margin: 8px 0 0; padding: 0; list-style: none; }
.legend li { display: inline-flex; align-items: baseline; min-width: 0; }
.legend b { font-weight: 600; margin-right: 5px; font-variant-numeric: tabular-nums; }
.maps { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(300px, 100%), 1fr)); gap: 16px 24px; margin-top: 10px; }
.maps.texts { gap: 0 24px; margin-top: 0; }
.maps.pictures { grid-template-columns: repeat(auto-fill, minmax(min(200px, 100%), 1fr)); }
.maps.pictures svg { max-width: 320px; }
figure { margin: 0; min-width: 0; max-width: 480px; }
figcaption { font-size: 14px; font-weight: 600; }
.scale { display: flex; align-items: center; gap: 10px; color: var(--muted); font-size: 13px; margin-top: 10px; }
.scale i { width: 180px; height: 10px; border-radius: 5px; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
.strip svg { width: 100%; height: 26px; overflow: visible; }
.strip svg.axis { height: 32px; }
.strip text { font-size: 12px; }
.tokens { font: 14px/1.9 ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", monospace; white-space: pre-wrap; margin: 6px 0 14px; }
.tokens span[class] { padding: 2px 0; border-radius: 3px; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
`;
