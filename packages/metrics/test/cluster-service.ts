/**
 * The primary and the workers of a small cluster, told by the test what to do. Argument: how long a worker may take to
 * answer, in ms.
 */
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { Counter, Gauge } from 'prom-client';
import { createClusterMetrics, createHttpMetrics, createMetrics, Metrics } from '../src/index.ts';

export interface Command {
  readonly id: number;
  readonly do: 'fork' | 'observe' | 'block' | 'kill' | 'exit' | 'render' | 'renderIn';
  /** Place of the worker in the order of forking. */
  readonly worker?: number;
  readonly times?: number;
  readonly accept?: string;
}

const timeoutMs = Number(process.argv[2]);

type Reply = { readonly reply: number; readonly value: unknown };

function runWorker(): void {
  const metrics = createMetrics({ serviceName: 's', processMetrics: false, durationBucketsMs: [10] });
  const all = createClusterMetrics({ timeoutMs });
  const http = createHttpMetrics();
  const registers = [metrics.registry];
  const jobs = new Counter({ name: 'jobs_total', help: 'J.', labelNames: ['b', 'a'], registers });
  new Gauge({ name: 'highest', help: 'H.', aggregator: 'max', registers }).set(cluster.worker?.id ?? 0);
  new Gauge({ name: 'mean', help: 'M.', aggregator: 'average', registers }).set(cluster.worker?.id ?? 0);
  new Gauge({ name: 'nobody', help: 'N.', aggregator: 'omit', registers }).set(1);
  Metrics.registerCounter('own_total', 'O.');
  const odd = (cluster.worker?.id ?? 0) % 2 === 1;
  const handlers: Record<string, (command: Command) => unknown> = {
    observe({ times = 1 }) {
      for (let i = 0; i < times; i += 1) {
        http.start();
        http.observe({ method: 'GET', route: '/', statusCode: 200, durationMs: 5 });
        jobs.inc({ a: '1', b: '2' });
        Metrics.incrementCounter('own_total', odd ? { x: '1', y: '2' } : { y: '2', x: '1' });
      }
      http.start();
    },
    block() {
      setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
    },
    exit: () => void setImmediate(() => process.exit(0)),
    renderIn: async ({ accept }) => (await all.render({ accept })).body,
  };
  const obey = async (command: Command) => {
    const value = await handlers[command.do]?.(command);
    process.send?.({ reply: command.id, value } satisfies Reply);
  };
  process.on('message', (message: object) => {
    if ('do' in message) void obey(message as Command);
  });
}

function runPrimary(): void {
  const all = createClusterMetrics({ timeoutMs });
  const workers: Worker[] = [];
  async function handle({ worker: place = 0, ...command }: Command): Promise<unknown> {
    const worker = workers[place];
    if (command.do === 'fork') {
      const forked = cluster.fork();
      workers.push(forked);
      await once(forked, 'online');
      return undefined;
    }
    if (command.do === 'render') return (await all.render({ accept: command.accept })).body;
    if (command.do === 'kill') {
      worker?.process.kill('SIGKILL');
      if (worker !== undefined) await once(worker, 'exit');
      return undefined;
    }
    const replied = new Promise<unknown>((resolve) => {
      const listener = (message: Reply) => {
        if (message.reply !== command.id) return;
        worker?.off('message', listener);
        resolve(message.value);
      };
      worker?.on('message', listener);
    });
    worker?.send(command);
    const value = await replied;
    if (command.do === 'exit' && worker !== undefined) await once(worker, 'exit');
    return value;
  }
  const obey = async (command: Command) => {
    process.send?.({ reply: command.id, value: await handle(command) } satisfies Reply);
  };
  process.on('message', (command: Command) => void obey(command));
  process.on('disconnect', () => {
    for (const worker of workers) worker.process.kill('SIGKILL');
    process.exit(0);
  });
}

if (cluster.isPrimary) runPrimary();
else runWorker();
