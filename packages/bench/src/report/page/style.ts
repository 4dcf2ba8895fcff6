/** The page's style sheet: system fonts, two colour schemes, one column that widens, something fit to print. */
export const STYLE = `
:root { color-scheme: light dark; --page: #f6f7f9; --card: #ffffff; --ink: #1d232b; --muted: #5c6470; --grid: #e3e7ec; --bad: #b3261e; --accent: #1f63c0; --baseline: #767d88;
  --series-0: #2f6fd0; --series-1: #c25e17; --series-2: #1e8a7d; --series-3: #a8418f; --series-4: #8a6d00; --series-5: #c4384a; --series-6: #557a22; --series-7: #6a58d0; --on-series: #ffffff; }
@media (prefers-color-scheme: dark) {
  :root { --page: #14171b; --card: #1d2127; --ink: #e8ebef; --muted: #a3adba; --grid: #333a43; --bad: #ff8a7a; --accent: #8bb8f5; --baseline: #9aa2ae;
  --series-0: #6ea3f0; --series-1: #f0924f; --series-2: #4cc2b3; --series-3: #dd86c8; --series-4: #d8b53f; --series-5: #f0798a; --series-6: #9cc35f; --series-7: #a79bf5; --on-series: #14171b; }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--page); color: var(--ink); overflow-wrap: anywhere; font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 32px 20px 64px; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 12px; top: 12px; background: var(--card); padding: 6px 10px; }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 16px; list-style: none; margin: 10px 0 0; padding: 0; font-size: 14px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 4px; letter-spacing: -0.01em; }
h2 { font-size: 18px; margin: 0 0 2px; }
h3 { font-size: 14px; margin: 0; font-weight: 600; overflow-wrap: anywhere; }
p { margin: 4px 0; }
section { background: var(--card); border: 1px solid var(--grid); border-radius: 12px; padding: 20px 22px; margin-top: 18px; scroll-margin-top: 12px; }
.run { margin-top: 44px; }
svg { display: block; width: 100%; height: auto; font-family: inherit; }
.note { color: var(--muted); font-size: 13.5px; font-weight: 400; }
.bad { color: var(--bad); }
.banner { border-left: 4px solid var(--bad); padding: 6px 12px; margin-top: 14px; background: var(--card); }
.answer { font-size: 17px; line-height: 1.45; margin: 10px 0 0; max-width: 62em; }
.question { color: var(--muted); margin: 6px 0 0; max-width: 62em; }
.dot { display: inline-block; width: 10px; height: 10px; border-radius: 50%; margin-right: 7px; flex: none; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 13.5px; margin-top: 8px; }
.legend span { display: inline-flex; align-items: center; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(165px, 1fr)); gap: 12px; margin-top: 20px; }
.card { background: var(--card); border: 1px solid var(--grid); border-radius: 12px; padding: 12px 14px; }
.big { font-size: 25px; font-weight: 650; font-variant-numeric: tabular-nums; margin: 2px 0 0; }
.big small { font-size: 13px; font-weight: 400; color: var(--muted); }
.maps { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(320px, 100%), 1fr)); gap: 16px 24px; margin-top: 10px; }
.maps.pictures { grid-template-columns: repeat(auto-fit, minmax(min(240px, 100%), 1fr)); }
figure { margin: 0; }
figcaption { font-size: 14px; font-weight: 600; overflow-wrap: anywhere; }
.scale { display: flex; align-items: center; gap: 10px; color: var(--muted); font-size: 13px; margin-top: 10px; }
.scale i { width: 180px; height: 10px; border-radius: 5px; }
.wide { overflow-x: auto; margin-top: 8px; }
.chart { overflow-x: auto; margin-top: 6px; }
.chart svg { min-width: 640px; }
table { border-collapse: collapse; width: 100%; font-size: 12.5px; font-variant-numeric: tabular-nums; white-space: nowrap; }
th, td { padding: 6px 5px; text-align: right; border-bottom: 1px solid var(--grid); }
thead th { color: var(--muted); font-weight: 500; white-space: normal; vertical-align: bottom; line-height: 1.25; }
th:first-child { text-align: left; }
tbody th { font-weight: 600; white-space: normal; min-width: 9em; max-width: 24em; }
.reference th, .reference td { color: var(--muted); font-weight: 400; }
details.numbers { margin-top: 10px; font-size: 13.5px; }
details.numbers summary { color: var(--accent); cursor: pointer; width: max-content; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 18px; margin: 10px 0 0; font-size: 14px; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
.tokens { font: 14px/1.9 ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; margin: 6px 0 14px; }
.tokens span[style] { padding: 2px 0; border-radius: 3px; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
code { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", monospace; }
@media (max-width: 560px) { main { padding: 20px 12px 48px; } section { padding: 16px 14px; } h1 { font-size: 23px; } dl { grid-template-columns: 1fr; } dd { margin-bottom: 6px; } }
@media print { body { background: none; } section { break-inside: avoid; } nav, .skip { display: none; } }
`;
