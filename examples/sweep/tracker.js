/* global console, process */

// A tracker to try the sink with: it keeps every run in memory, and prints one line when a run ends.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

const runs = [];

async function answer({ method, url }, body) {
  const [, , id, verb] = url.split('/'); // '', 'runs', ID, 'events' or 'end'
  if (method !== 'POST' || !url.startsWith('/runs')) return undefined;
  if (id === undefined) return String(runs.push({ ...JSON.parse(body), loss: NaN, events: 0 }) - 1);
  const run = runs[id];
  for (const line of body.split('\n').filter(Boolean)) {
    const event = JSON.parse(line);
    run.events++;
    if (event.type === 'evaluation') run.loss = event.evaluation.limited.loss;
  }
  if (verb === 'end') console.log(`${run.name}: ${run.events} events, last loss ${run.loss}`);
  return 'ok';
}

const server = createServer(async (request, response) => {
  const said = await answer(request, await text(request));
  response.writeHead(said === undefined ? 404 : 200).end(said);
});
server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
