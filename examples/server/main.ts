import { createServer } from 'node:http';
import { pipeline } from 'node:stream';
import { startBackend } from '@moekit/backends';
import { generateText, loadRun } from '@moekit/models';
import { switchRouter } from '@moekit/router-topk';
await startBackend('auto');
const run = await loadRun('run', { routers: [switchRouter] });
createServer((request, response) => {
  const prompt = new URLSearchParams(request.url?.split('?')[1]).get('prompt') || 'ROMEO:';
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  pipeline(generateText(run, prompt), response, (error) => error && console.error(error.message));
}).listen(Number(process.env['PORT'] ?? 8080));
