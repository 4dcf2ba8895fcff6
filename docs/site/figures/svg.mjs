/** Colours of a drawing that stands alone; a page that holds it inline gives its own. */
const LIGHT = { fg: '#1f2328', muted: '#59636e', accent: '#1d4ed8', ground: '#ffffff' };
const DARK = { fg: '#e6edf3', muted: '#9198a1', accent: '#93c5fd', ground: '#161618' };

const variables = (colours) => Object.entries(colours).map(([name, value]) => `--${name}:${value}`).join(';'); // prettier-ignore

const STYLE = `<style>.figure{${variables(LIGHT)}}@media(prefers-color-scheme:dark){.figure{${variables(DARK)}}}</style>`;

const FONT = 'system-ui,-apple-system,Segoe UI,Helvetica,Arial,sans-serif';

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** The text of an SVG file that follows the reader's light or dark, around what `content` draws. */
export function file(content, { width, height, description }) {
  return `<svg xmlns="http://www.w3.org/2000/svg" class="figure" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(description)}" text-anchor="middle" font-family="${FONT}">${STYLE}${content}</svg>\n`;
}

/** A drawing of Plot as such a file. */
export function drawn(svg, options) {
  for (const style of svg.querySelectorAll('style')) style.remove();
  const text = svg.innerHTML.replaceAll(' xmlns="http://www.w3.org/2000/svg"', '');
  const short = (attribute) => attribute.replace(/(\d+\.\d\d)\d+/g, '$1');
  return file(text.replaceAll(/="[^"]*"/g, short), options);
}
