/** A real cluster: workers that answer, hang, and are killed. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createClusterMetrics } from '../src/index.ts';
import type { Command } from './cluster-service.ts';
import { parseExposition, sampleValue } from './exposition-parser.ts';

let primary: ChildProcess | undefined;
let lastId = 0;

/** @param timeoutMs how long a worker may take to answer */
function startPrimary(timeoutMs = 30_000): void {
  primary = fork(join(import.meta.dirname, 'cluster-service.ts'), [String(timeoutMs)], {
    execArgv: ['--conditions=@holdfast/source', '--disable-warning=ExperimentalWarning'],
  });
}

afterEach(async () => {
  if (primary === undefined || primary.exitCode !== null) return;
  const exited = once(primary, 'exit');
  primary.disconnect();
  await exited;
});

function tell(command: Omit<Command, 'id'>): Promise<unknown> {
  const id = (lastId += 1);
  return new Promise((resolve) => {
    const listener = (message: { reply: number; value: unknown }) => {
      if (message.reply !== id) return;
      primary?.off('message', listener);
      resolve(message.value);
    };
    primary?.on('message', listener);
    primary?.send({ id, ...command });
  });
}

async function scrape(command: Omit<Command, 'id'> = { do: 'render' }) {
  return parseExposition(String(await tell(command)), 'prometheus');
}

const LABELS = { service: 's', method: 'GET', route: '/', status_code: '200' };
type Families = Awaited<ReturnType<typeof scrape>>;
const requests = (families: Families) => sampleValue(families, 'http_requests_total', LABELS);
const workers = (families: Families) =>
  ['answered', 'missing'].map((state) => sampleValue(families, 'metrics_cluster_workers', { state }));

it('adds up what the workers counted, and takes other gauges by their own rule', async () => {
  startPrimary();
  for (const _ of [0, 1, 2]) await tell({ do: 'fork' });
  for (const worker of [0, 1, 2]) await tell({ do: 'observe', worker, times: worker + 1 });
  const families = await scrape();
  expect(workers(families)).toEqual([3, 0]);
  expect(requests(families)).toBe(6);
  expect(sampleValue(families, 'http_request_duration_ms_bucket', { ...LABELS, le: '10' })).toBe(6);
  expect(sampleValue(families, 'http_request_duration_ms_count', LABELS)).toBe(6);
  expect(sampleValue(families, 'http_connections_active', { service: 's' })).toBe(3);
  expect(sampleValue(families, 'jobs_total', { a: '1', b: '2' })).toBe(6);
  expect(sampleValue(families, 'highest')).toBe(3);
  expect(sampleValue(families, 'mean')).toBe(2);
  expect(families.has('nobody')).toBe(false);
  // The workers first used these labels in different order.
  expect(families.get('own_total')?.samples).toMatchObject([{ labels: { x: '1', y: '2' }, value: 6 }]);
});

it('answers the same from any worker, and in OpenMetrics', async () => {
  startPrimary();
  for (const _ of [0, 1]) await tell({ do: 'fork' });
  for (const worker of [0, 1]) await tell({ do: 'observe', worker, times: 5 });
  expect(requests(await scrape({ do: 'renderIn', worker: 1 }))).toBe(10);
  const accept = 'application/openmetrics-text';
  const openMetrics = parseExposition(
    String(await tell({ do: 'renderIn', worker: 0, accept })),
    'openmetrics',
  );
  expect(openMetrics.get('http_requests')?.samples[0]?.value).toBe(10);
});

it('does not wait for ever for a worker that hangs, and keeps its totals, not its gauges', async () => {
  startPrimary(2000);
  for (const _ of [0, 1]) await tell({ do: 'fork' });
  for (const worker of [0, 1]) await tell({ do: 'observe', worker, times: 5 });
  expect(requests(await scrape())).toBe(10);
  await tell({ do: 'block', worker: 1 });
  const families = await scrape();
  expect(workers(families)).toEqual([1, 1]);
  expect(requests(families)).toBe(10);
  expect(sampleValue(families, 'http_connections_active', { service: 's' })).toBe(1);
});

it('keeps the totals of workers that were killed or ended, so that no counter falls', async () => {
  startPrimary();
  for (const _ of [0, 1, 2]) await tell({ do: 'fork' });
  for (const worker of [0, 1, 2]) await tell({ do: 'observe', worker, times: 5 });
  expect(requests(await scrape())).toBe(15);
  await tell({ do: 'kill', worker: 0 });
  expect(requests(await scrape())).toBe(15);
  await tell({ do: 'exit', worker: 1 });
  await tell({ do: 'fork' });
  await tell({ do: 'observe', worker: 3, times: 1 });
  const families = await scrape();
  expect(requests(families)).toBe(16);
  expect(sampleValue(families, 'jobs_total', { a: '1', b: '2' })).toBe(16);
  expect(sampleValue(families, 'highest')).toBe(4);
  expect(workers(families)).toEqual([2, 0]);
});

it('refuses options that cannot be used', () => {
  expect(() => createClusterMetrics({ timeoutMs: 0 })).toThrow(
    'createClusterMetrics: timeoutMs is 0; it must be an integer from 1 to 60000.',
  );
});
