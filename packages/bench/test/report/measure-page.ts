/**
 * Runs inside a browser, as text: what a reader of the page as it is shown now would stumble over, in words. No import
 * reaches in there, so that everything it needs is inside.
 */
export const MEASURE = `(() => {
  const problems = [];
  const width = window.innerWidth;
  const root = document.documentElement;
  if (root.scrollWidth > width) problems.push('the page is ' + root.scrollWidth + ' wide on ' + width);

  const seen = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('.unseen, .skip');
  const named = (element) => element.tagName + '.' + (element.getAttribute('class') || '') + ' "' + element.textContent.trim().slice(0, 30) + '" in ' + (element.closest('section') || {}).id;
  const ownText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());

  const channel = (value) => (value /= 255, value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => { const [r, g, b] = parse(colour).map(channel); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      const [, , , alpha = 1] = parse(backgroundColor);
      if (alpha === 1) return backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  };

  let texts = 0;
  for (const element of document.body.querySelectorAll('*')) {
    if (!seen(element) || !ownText(element) || element.tagName === 'STYLE' || element.tagName === 'title') continue;
    texts++;
    const style = getComputedStyle(element);
    const drawn = element.closest('svg');
    const box = element.getBoundingClientRect();
    const scale = drawn ? element.getScreenCTM().a : 1;
    const size = parseFloat(style.fontSize) * scale;
    if (size < 10) problems.push('text of ' + size.toFixed(1) + ' pixels: ' + named(element));
    if (!element.closest('.scroll') && (box.right > width + 1 || box.left < -1)) problems.push('past the edge: ' + named(element));
    if (drawn && getComputedStyle(drawn).overflow !== 'visible') {
      const frame = drawn.getBoundingClientRect();
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1) problems.push('cut by its drawing: ' + named(element));
    }
    const before = element.previousElementSibling;
    const ground = drawn && before && before.tagName === 'rect' ? getComputedStyle(before).fill : behind(drawn || element);
    const colour = drawn ? style.fill : style.color;
    if (ratio(colour, ground) < 4.5) problems.push('contrast ' + ratio(colour, ground).toFixed(2) + ': ' + named(element));
  }

  for (const element of document.body.querySelectorAll('*')) {
    if (!seen(element) || element.closest('svg')) continue;
    const { overflowX } = getComputedStyle(element);
    if (overflowX === 'visible' || element.scrollWidth <= element.clientWidth + 1) continue;
    const hint = element.previousElementSibling;
    if (!element.classList.contains('scroll') || !hint || !hint.classList.contains('hint') || !seen(hint)) problems.push('cut without a hint: ' + named(element));
  }

  const headings = [...document.querySelectorAll('h1, h2, h3, h4')].map((each) => Number(each.tagName[1]));
  headings.forEach((level, i) => { if (i > 0 && level > headings[i - 1] + 1) problems.push('a heading of level ' + level + ' after ' + headings[i - 1]); });
  for (const landmark of ['main', 'nav', 'header']) if (!document.querySelector(landmark)) problems.push('no ' + landmark);
  for (const table of document.querySelectorAll('table')) if (!table.caption) problems.push('a table without a caption');
  return { problems, texts };
})()`;
