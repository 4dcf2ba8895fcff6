/** The page's style sheet: system fonts, two colour schemes, one column that widens. */
export const STYLE = `
:root { color-scheme: light dark; --page: #f6f7f9; --card: #ffffff; --ink: #1d232b; --muted: #69727f; --grid: #e3e7ec; --bad: #c0392b; --accent: #3b7dd8; }
@media (prefers-color-scheme: dark) {
  :root { --page: #14171b; --card: #1d2127; --ink: #e8ebef; --muted: #9aa4b1; --grid: #333a43; --bad: #ff8a7a; --accent: #79aef2; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 27px; line-height: 1.2; margin: 0 0 4px; letter-spacing: -0.01em; }
h2 { font-size: 18px; margin: 0 0 2px; }
h3 { font-size: 14px; margin: 0; font-weight: 600; overflow-wrap: anywhere; }
p { margin: 4px 0; }
section { background: var(--card); border: 1px solid var(--grid); border-radius: 12px; padding: 20px 22px; margin-top: 18px; }
svg { display: block; width: 100%; height: auto; }
.note { color: var(--muted); font-size: 13px; font-weight: 400; }
.bad { color: var(--bad); }
.banner { border-left: 4px solid var(--bad); padding: 6px 12px; margin-top: 14px; background: var(--card); }
.dot { display: inline-block; width: 10px; height: 10px; border-radius: 50%; margin-right: 7px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(165px, 1fr)); gap: 12px; margin-top: 20px; }
.card { background: var(--card); border: 1px solid var(--grid); border-radius: 12px; padding: 12px 14px; }
.big { font-size: 25px; font-weight: 650; font-variant-numeric: tabular-nums; margin: 2px 0 0; }
.big small { font-size: 13px; font-weight: 400; color: var(--muted); }
.maps { display: grid; grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); gap: 14px 22px; margin-top: 10px; }
figure { margin: 0; }
figcaption { font-size: 14px; font-weight: 600; }
.scale { display: flex; align-items: center; gap: 10px; color: var(--muted); font-size: 13px; margin-top: 10px; }
.scale i { width: 180px; height: 10px; border-radius: 5px; }
.wide { overflow-x: auto; margin-top: 8px; }
.chart { overflow-x: auto; }
.chart svg { min-width: 640px; }
table { border-collapse: collapse; width: 100%; font-size: 12.5px; font-variant-numeric: tabular-nums; white-space: nowrap; }
th, td { padding: 6px 5px; text-align: right; border-bottom: 1px solid var(--grid); }
thead th { color: var(--muted); font-weight: 500; white-space: normal; vertical-align: bottom; line-height: 1.25; }
th:first-child { text-align: left; }
tbody th { font-weight: 600; }
.reference th, .reference td { color: var(--muted); font-weight: 400; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 18px; margin: 10px 0 0; font-size: 14px; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 560px) { dl { grid-template-columns: 1fr; } dd { margin-bottom: 6px; } }
`;
