/**
 * A small service for the signal tests. Each line on standard output is one thing that happened.
 * Arguments: `hang` adds a step that never ends, `linger` something that keeps the process alive.
 */
import { writeSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHealth, createLifecycle, gracefulShutdown } from '../../src/index.ts';

const say = (line: string) => void writeSync(1, `${line}\n`);
const has = (flag: string) => process.argv.includes(flag);
const lifecycle = has('default')
  ? gracefulShutdown
  : createLifecycle({ stepTimeoutMs: has('hang') ? 200 : 20_000, exitGraceMs: has('linger') ? 100 : 20_000 });
const health = createHealth({ lifecycle });

const server = createServer((request, response) => {
  if (request.url === '/ready') {
    void health.ready().then(({ status }) => response.writeHead(status).end());
    return;
  }
  say('request');
  const timer = setInterval(() => {
    if (!lifecycle.isShuttingDown) return;
    clearInterval(timer);
    void health.ready().then(({ status }) => response.end(`ready answers ${status}`));
  }, 5);
});

lifecycle.addServer(server);
lifecycle.onShutdown('worker', () => say('worker stopped'), { phase: 'workers' });
lifecycle.onShutdown('flush-traces', async () => say('traces flushed'));
if (has('hang')) lifecycle.onShutdown('stuck', () => new Promise(() => {}));
if (has('hang-long')) {
  const stuck = () => {
    say('stuck');
    return new Promise(() => {});
  };
  lifecycle.onShutdown('stuck', stuck, { phase: 'workers' });
}
lifecycle.onShutdown('store', () => say('store closed'), { phase: 'close' });
if (has('linger')) setInterval(() => {}, 60_000);
server.listen(0, '127.0.0.1', () => say(`port ${(server.address() as AddressInfo).port}`));
