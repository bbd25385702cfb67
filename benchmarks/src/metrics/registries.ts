/** The same histogram in our registry and in prom-client's own: what a scrape of it takes, and what it weighs. */
import { createMetrics, type ServiceMetrics } from '@holdfast/metrics';
import { Histogram, Registry } from 'prom-client';
import { answerParent } from '../harness/answer-parent.ts';

/** With +Inf, sum and count, one label set is 17 series. */
const BUCKETS = [5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000];
export const SERIES_PER_LABEL_SET: number = BUCKETS.length + 3;

export interface ScrapeQuestion {
  readonly library: Library;
  readonly labelSets: number;
}

export interface ScrapeAnswer {
  readonly ms: number;
  /** The longest time in which the event loop had no turn. */
  readonly longestBlockMs: number;
  readonly bytes: number;
}

export type Library = 'holdfast' | 'promClient';

interface Filled {
  scrape(): Promise<number>;
}

const labelsOf = (n: number) => ({
  method: 'GET',
  route: `/orders/${n % 100}`,
  shard: String(n),
  status_code: '200',
});

function fill(library: Library, labelSets: number): Filled {
  const registry = new Registry();
  if (library === 'promClient') {
    const labelNames = ['method', 'route', 'shard', 'status_code'];
    const options = { name: 'requests_ms', help: 'Requests.', labelNames, buckets: BUCKETS };
    const histogram = new Histogram({ ...options, registers: [registry] });
    for (let n = 0; n < labelSets; n += 1) histogram.observe(labelsOf(n), n);
    return { scrape: async () => (await registry.metrics()).length };
  }
  const metrics: ServiceMetrics = createMetrics({
    serviceName: 'bench',
    registry,
    processMetrics: false,
    maxSeriesPerMetric: 100_000,
  });
  metrics.own.registerHistogram('requests_ms', 'Requests.', { buckets: BUCKETS });
  for (let n = 0; n < labelSets; n += 1) metrics.own.observe('requests_ms', n, labelsOf(n));
  return {
    scrape: async () => {
      const { parts } = await metrics.render();
      return parts.reduce((sum, part) => sum + part.length, 0);
    },
  };
}

const filled = new Map<string, Filled>();

async function scrape({ library, labelSets }: ScrapeQuestion): Promise<ScrapeAnswer> {
  const key = `${library} ${labelSets}`;
  const subject = filled.get(key) ?? fill(library, labelSets);
  filled.set(key, subject);
  let longestBlockMs = 0;
  let turnAt = performance.now();
  let running = true;
  const turn = () => {
    const now = performance.now();
    longestBlockMs = Math.max(longestBlockMs, now - turnAt);
    turnAt = now;
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  const startedAt = performance.now();
  const bytes = await subject.scrape();
  const ms = performance.now() - startedAt;
  running = false;
  // The turn that comes after the scrape shows its last block.
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  return { ms, longestBlockMs, bytes };
}

/** Bytes that one series keeps, on the heap and in typed arrays. */
function weigh({ library, labelSets }: ScrapeQuestion): number {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error('Memory is measured with --expose-gc.');
  const used = () => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  fill(library, 10);
  const before = used();
  const kept = fill(library, labelSets);
  const bytes = used() - before;
  filled.set(`weighed ${library}`, kept);
  return bytes / (labelSets * SERIES_PER_LABEL_SET);
}

answerParent({ scrape, weigh });
