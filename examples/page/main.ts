import type { RoutedText } from '@moekit/models';
import { generateText, loadRun, routeText } from '@moekit/models';
import { thresholdRouter } from '@moekit/router-threshold';

import { startBackend } from './backend.js';
import type { ColourBy } from './colours.js';
import { colourTokens } from './colours.js';

const find = <E extends Element>(selector: string) => document.querySelector<E>(selector)!;
const [form, button] = [find<HTMLFormElement>('form'), find<HTMLButtonElement>('button')];
const [about, text, legend] = [find('#about'), find('#text'), find('#legend')];
const layers = find<HTMLSelectElement>('[name=layer]');

/** `npm run train` puts the run into `public`; ?run=ADDRESS shows another. */
const address = new URL(location.href).searchParams.get('run');

async function start() {
  await startBackend();
  const run = await loadRun(address ?? 'run/checkpoints/step-00000400', {
    routers: [thresholdRouter],
  });
  const { numLayers, modelWidth } = run.config;
  about.textContent = `${numLayers} layers of width ${modelWidth}, trained for ${run.step} steps with the router ${run.router?.name}.`;
  run.model.moeLayers.forEach((_, i) => layers.add(new Option(`MoE layer ${i + 1}`, String(i))));

  let routed: RoutedText | undefined;
  const colour = () => {
    if (!routed) return;
    const by = new FormData(form).get('colour') as ColourBy;
    const coloured = colourTokens(routed, layers.selectedIndex, by);
    text.replaceChildren(...coloured.text);
    legend.replaceChildren(...coloured.legend);
  };

  async function write() {
    const entries = new FormData(form);
    const prompt = String(entries.get('prompt'));
    const options = {
      maxTokens: 200,
      temperature: Number(entries.get('temperature')),
      seed: Number(entries.get('seed')),
    };
    text.textContent = prompt;
    legend.replaceChildren();
    for await (const piece of generateText(run, prompt, options)) text.append(piece);
    routed = await routeText(run, text.textContent);
    colour();
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    button.disabled = true;
    write()
      .catch(show)
      .finally(() => (button.disabled = false));
  });
  form.addEventListener('change', colour);
  button.disabled = false;
  form.requestSubmit();
}

function show(error: unknown) {
  about.textContent = String(error);
}

start().catch(show);
