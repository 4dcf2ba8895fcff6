/** On paper: what is folded opens, what scrolls stacks, and a title stays with what it names. */
export const PRINT = `
@page { margin: 14mm 12mm; }
@media screen { .on-paper { display: none; } }
@media print {
  body { background: none; font-size: 10.5pt; }
  .page { padding: 0; max-width: none; }
  .contents, .skip, .hint, summary, .download, .on-screen, .numbers tbody tr:nth-child(n + 61) { display: none !important; }
  section { border: 0; border-top: 1px solid var(--grid); border-radius: 0; padding: 10px 0; margin-top: 10px; }
  h1, h2, h3, h4, caption, figcaption, h1 + .note, h2 + .note, .question { break-after: avoid; }
  .chart .wide svg { max-width: 560px; }
  figure, .chart, tr, .note, .banner, .scale, li { break-inside: avoid; }
  .scale { break-before: avoid; }
  section > h2 + .note + *, section > h2 + * { break-before: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
  details.numbers { font-size: 8pt; }
  details.numbers table { font-size: 7.5pt; }
  .scroll table { white-space: normal; }
  .scroll th, .scroll td { overflow-wrap: break-word; min-width: 0; }
  .scroll th:first-child { overflow-wrap: anywhere; }
  details.numbers .many table { font-size: 6.2pt; }
  details.repeats { display: none; }
  .scroll th:first-child, .scroll thead th { min-width: 0; }
  details.numbers th, details.numbers td { padding: 1px 4px; }
  thead { display: table-header-group; }
  .scroll { overflow: visible; background: none; }
  .scroll th:first-child { position: static; max-width: none; }
  .columns { column-count: 2; column-gap: 24px; }
  .strips, .strips small { font-size: 8.5pt; }
  .stacked thead { display: none; }
  .stacked table, .stacked caption, .stacked tbody { display: block; }
  .stacked tr { display: grid; grid-template-columns: repeat(4, 1fr); gap: 0 14px; border-bottom: 1px solid var(--grid); padding: 4px 0; }
  .stacked th, .stacked td { border: 0; padding: 1px 0; text-align: left; white-space: normal; }
  .stacked tbody th { grid-column: 1 / -1; box-shadow: none; }
  .stacked td[data-name]::before { content: attr(data-name) " "; color: var(--muted); }
}
`;
