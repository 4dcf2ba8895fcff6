/**
 * Tables. One with many columns scrolls under its first, and says so; `strips` are rows of figures with a drawing each,
 * which goes under the figures where there is no room next to them.
 */
export const TABLES = `
table { border-collapse: collapse; width: 100%; font-size: 12.5px; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--muted); font-size: 12.5px; padding: 2px 0; caption-side: top; }
th, td { padding: 6px 7px; text-align: right; border-bottom: 1px solid var(--grid); }
thead th { color: var(--muted); font-weight: 500; vertical-align: bottom; line-height: 1.25; }
th:first-child { text-align: left; }
tbody th { font-weight: 600; text-align: left; }
.scroll { overflow-x: auto; margin-top: 8px; position: relative;
  background: linear-gradient(to left, var(--card) 30%, transparent) right / 48px 100% no-repeat local, linear-gradient(to left, var(--shade), transparent) right / 16px 100% no-repeat scroll; }
.scroll table { white-space: nowrap; }
.scroll thead th { white-space: normal; min-width: 4.6em; }
.scroll th:first-child { position: sticky; left: 0; background: var(--card); box-shadow: inset -1px 0 var(--grid); z-index: 1; white-space: normal; min-width: 8em; max-width: min(16em, 42cqw); }
.hint { display: none; color: var(--muted); font-size: 12.5px; margin: 6px 0 0; }
.hint.always { display: block; }
@container (max-width: 619px) { .hint.narrow { display: block; } }
@container (max-width: 899px) { .hint.middle { display: block; } }
.reference th, .reference td { color: var(--muted); font-weight: 400; }
details.numbers { margin-top: 10px; font-size: 13.5px; }
.strips { margin-top: 10px; }
.strips th, .strips td { vertical-align: middle; overflow-wrap: break-word; }
.strips .rank { width: 2.4em; color: var(--muted); text-align: right; font-weight: 400; }
.strips .named:nth-child(2) { text-align: left; }
.strips tbody th { min-width: 9em; overflow-wrap: anywhere; }
.strips .figure { white-space: nowrap; }
.strips .strip { width: 38%; padding: 2px 7px; }
.strips .words { text-align: left; width: 11.5em; }
.strips small { color: var(--muted); font-size: 12px; font-weight: 400; display: block; }
.strips .best th, .strips .best .figure { font-weight: 700; }
.strips .unranked th { font-weight: 400; }
@container (max-width: 800px) { .strips .strip { width: 24%; } .strips tbody th { min-width: 7em; } }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.strips.bars th { width: 24%; }
.strips.bars .strip { width: auto; }
@container (max-width: 659px) {
  .strips, .strips caption, .strips tbody, .strips thead { display: block; }
  .strips tr { display: flex; flex-wrap: wrap; gap: 0 10px; align-items: baseline; padding: 6px 0; border-bottom: 1px solid var(--grid); }
  .strips th, .strips td, .strips .words { border: 0; padding: 1px 0; text-align: left; min-width: 0; width: auto; }
  .strips thead th:not(.strip) { display: none; }
  .strips tbody th { flex: 1 1 55%; }
  .strips .rank { width: 1.8em; text-align: left; }
  .strips small { display: inline; margin-left: 4px; }
  .strips .strip svg { overflow: hidden; }
  .strips .strip, .strips.bars .strip { flex: 1 0 100%; padding: 1px 0; order: 9; }
}
`;
