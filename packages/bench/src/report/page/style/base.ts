/** Text, links, and the frame of a page: the contents at the side where there is room, above it where there is not. */
export const BASE = `
* { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--page); color: var(--ink); overflow-wrap: anywhere; font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 12px; top: 12px; background: var(--card); padding: 6px 10px; z-index: 3; }
.page { max-width: 1240px; margin: 0 auto; padding: 28px 20px 64px; }
main { min-width: 0; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 4px; letter-spacing: -0.01em; }
h2 { font-size: 18px; line-height: 1.3; font-weight: 650; margin: 0 0 2px; }
h3, h4 { font-size: 14px; margin: 12px 0 0; font-weight: 600; }
p { margin: 4px 0; }
ul, ol { margin: 6px 0; padding-left: 22px; }
section { background: var(--card); border: 1px solid var(--grid); border-radius: 12px; padding: 20px 22px; margin-top: 18px; scroll-margin-top: 12px; }
article.run > h2 { font-size: 22px; margin-top: 44px; }
.note { color: var(--muted); font-size: 13.5px; font-weight: 400; max-width: 72em; }
.bad { color: var(--bad); }
.banner { border-left: 4px solid var(--bad); padding: 6px 12px; margin-top: 14px; background: var(--card); }
.answer { font-size: 17px; line-height: 1.45; margin: 8px 0 0; max-width: 62em; font-weight: 600; }
.question { color: var(--muted); margin: 0; max-width: 62em; }
.folded { margin-top: 8px; }
summary { color: var(--accent); cursor: pointer; width: max-content; max-width: 100%; font-size: 13.5px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 18px; margin: 10px 0 0; font-size: 14px; }
dt { color: var(--muted); }
dd { margin: 0; }
code { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", monospace; }
.contents ul { list-style: none; margin: 4px 0; padding: 0; font-size: 14px; line-height: 1.4; }
.contents li { margin: 5px 0; }
.contents a { text-decoration: none; }
.contents a:hover { text-decoration: underline; }
.contents ul ul { padding-left: 12px; }
.contents summary { font-weight: 600; margin-top: 10px; }
@media screen and (min-width: 1100px) {
  .page { display: grid; grid-template-columns: 190px minmax(0, 1fr); column-gap: 36px; }
  .page > header { grid-column: 2; }
  .contents { grid-row: 1 / span 2; position: sticky; top: 20px; align-self: start; max-height: calc(100vh - 40px); overflow-y: auto; }
  .page > main { grid-column: 2; }
  @supports selector(::details-content) { .contents details::details-content { content-visibility: visible; block-size: auto; } .contents summary { display: none; } }
}
@media (max-width: 560px) { .page { padding: 18px 10px 48px; } section { padding: 14px 12px; } h1 { font-size: 23px; } dl { grid-template-columns: 1fr; } dd { margin-bottom: 6px; } }
`;
