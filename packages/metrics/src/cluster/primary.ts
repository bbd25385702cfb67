import type { Worker } from 'node:cluster';
import { limited } from '../exposition/collect.ts';
import type { ExpositionFormat } from '../exposition/negotiate.ts';
import { headText, SlicedText } from '../exposition/render.ts';
import { type RenderedMetrics, renderedMetrics } from '../exposition/rendered.ts';
import { numberText } from '../exposition/text.ts';
import { aggregate, type Contribution } from './aggregate.ts';
import { type ClusterMessage, isClusterMessage, sendMessage } from './messages.ts';
import { nodeCluster } from './node-cluster.ts';
import type { ResolvedClusterOptions } from './options.ts';
import { accumulates, addPart, type MetricSamples, type ProcessSamples } from './process-samples.ts';
import { snapshotParts } from './snapshot.ts';

export interface ClusterPrimary {
  render(format: ExpositionFormat): Promise<RenderedMetrics>;
  close(): void;
}

/** A worker that is asked for its samples. */
interface Asked {
  readonly worker: Worker;
  readonly samples: ProcessSamples;
  readonly answered: Promise<boolean>;
  settle(answered: boolean): void;
}

/** Asks all workers, waits for a limited time, and makes one answer of what they have and had. */
export function createPrimary(options: ResolvedClusterOptions): ClusterPrimary {
  const { clock, timeoutMs } = options;
  const cluster = nodeCluster();
  /** What each worker answered last. */
  const latest = new Map<number, ProcessSamples>();
  /** The totals of all workers that are gone, and those not yet added to them. */
  const retired: ProcessSamples = new Map();
  const departed: ProcessSamples[] = [];
  let joining = 0;
  const asking = new Map<number, Map<number, Asked>>();
  let lastId = 0;

  async function collect(exemplars: boolean): Promise<ProcessSamples> {
    const id = (lastId += 1);
    const asked = new Map<number, Asked>();
    asking.set(id, asked);
    for (const worker of Object.values(cluster.workers ?? {})) {
      if (worker?.isConnected() !== true) continue;
      asked.set(worker.id, askedWorker(worker));
      void sendMessage(worker, { kind: 'ask', id, exemplars });
    }
    const all = Promise.all([...asked.values()].map(({ answered }) => answered));
    await limited(clock, timeoutMs, all);
    asking.delete(id);
    for (const one of asked.values()) one.settle(false);
    return joined(asked, await all, exemplars);
  }

  /** The workers that answered, and the totals of those that did not, or are gone. */
  async function joined(
    asked: ReadonlyMap<number, Asked>,
    answers: readonly boolean[],
    exemplars: boolean,
  ): Promise<ProcessSamples> {
    const contributions: Contribution[] = [];
    if (options.metrics !== undefined)
      contributions.push({ samples: await ownSamples(options, exemplars), onlyTotals: false });
    joining += 1;
    for (const [i, id] of [...asked.keys()].entries()) {
      // One that ended in the meantime is among the departed.
      const samples = latest.get(id);
      if (samples !== undefined) contributions.push({ samples, onlyTotals: answers[i] !== true });
    }
    for (const samples of [...departed, retired]) contributions.push({ samples, onlyTotals: true });
    try {
      const result = await aggregate(contributions);
      const answered = answers.filter((one) => one).length;
      result.set('metrics_cluster_workers', workersGauge(answered, answers.length - answered));
      return result;
    } finally {
      joining -= 1;
      retireDeparted();
    }
  }

  /** Not while totals are added up, or those of a worker that ends would be counted twice. */
  function retireDeparted(): void {
    if (joining > 0) return;
    for (const samples of departed.splice(0)) retire(samples, retired, options.maxRetiredSamples);
  }

  function onExit(worker: Worker): void {
    onDisconnect(worker);
    const known = latest.get(worker.id);
    latest.delete(worker.id);
    if (known !== undefined) departed.push(known);
    retireDeparted();
  }

  function onDisconnect(worker: Worker): void {
    for (const asked of asking.values()) asked.get(worker.id)?.settle(false);
  }

  function onEnd(worker: Worker, id: number): void {
    const asked = asking.get(id)?.get(worker.id);
    if (asked === undefined) return;
    if (!worker.isDead()) latest.set(worker.id, asked.samples);
    asked.settle(true);
  }

  function onMessage(worker: Worker, message: unknown): void {
    if (!isClusterMessage(message)) return;
    if (message.kind === 'part') {
      const asked = asking.get(message.id)?.get(worker.id);
      if (asked !== undefined) addPart(asked.samples, message.part);
    } else if (message.kind === 'end') onEnd(worker, message.id);
    else if (message.kind === 'scrape') void answerScrape(worker, message);
  }

  async function answerScrape(
    worker: Worker,
    { id, format }: Extract<ClusterMessage, { kind: 'scrape' }>,
  ): Promise<void> {
    try {
      const { parts } = await render(format);
      for (const text of parts) if (!(await sendMessage(worker, { kind: 'text', id, text }))) return;
      await sendMessage(worker, { kind: 'done', id });
    } catch (error) {
      await sendMessage(worker, { kind: 'done', id, error: String(error) });
    }
  }

  const rendering = new Map<ExpositionFormat, Promise<RenderedMetrics>>();

  /** Scrapes that overlap share one. */
  function render(format: ExpositionFormat): Promise<RenderedMetrics> {
    let running = rendering.get(format);
    if (running === undefined) {
      running = renderAll(format).finally(() => rendering.delete(format));
      rendering.set(format, running);
    }
    return running;
  }

  async function renderAll(format: ExpositionFormat): Promise<RenderedMetrics> {
    const samples = await collect(format === 'openmetrics');
    const names = new Set(samples.keys());
    const text = new SlicedText();
    for (const metric of samples.values()) await text.add(linesOf(metric, format, names));
    if (format === 'openmetrics') await text.add(['# EOF\n']);
    return renderedMetrics(format, text.parts());
  }

  cluster.on('message', onMessage);
  cluster.on('exit', onExit);
  cluster.on('disconnect', onDisconnect);
  return {
    render,
    close() {
      cluster.off('message', onMessage);
      cluster.off('exit', onExit);
      cluster.off('disconnect', onDisconnect);
    },
  };
}

function askedWorker(worker: Worker): Asked {
  const { promise: answered, resolve: settle } = Promise.withResolvers<boolean>();
  return { worker, samples: new Map(), answered, settle };
}

async function ownSamples(
  { metrics, clock, timeoutMs }: ResolvedClusterOptions,
  exemplars: boolean,
): Promise<ProcessSamples> {
  const samples: ProcessSamples = new Map();
  if (metrics === undefined) return samples;
  if (exemplars) metrics.its?.wantExemplars();
  await metrics.its?.refresh();
  for await (const part of snapshotParts(metrics.registry, { clock, timeoutMs, onFailure: () => {} }))
    addPart(samples, part);
  return samples;
}

/** Adds the totals of a worker that is gone to those of its predecessors. */
function retire(from: ProcessSamples, into: ProcessSamples, maxSamples: number): void {
  let size = 0;
  for (const { values } of into.values()) size += values.size;
  for (const { head, values } of from.values()) {
    let metric = into.get(head.name);
    if (metric === undefined)
      into.set(head.name, (metric = { head, values: new Map(), exemplars: new Map() }));
    for (const [key, value] of values) {
      if (!accumulates(head, key)) continue;
      const present = metric.values.get(key);
      if (present === undefined && size >= maxSamples) continue;
      if (present === undefined) size += 1;
      metric.values.set(key, (present ?? 0) + value);
    }
  }
}

function workersGauge(answered: number, missing: number): MetricSamples {
  const name = 'metrics_cluster_workers';
  return {
    head: {
      name,
      help: 'Workers by whether they answered this scrape in time.',
      type: 'gauge',
      aggregator: 'sum',
    },
    values: new Map([
      [`${name}{state="answered"}`, answered],
      [`${name}{state="missing"}`, missing],
    ]),
    exemplars: new Map(),
  };
}

function* linesOf(
  { head, values, exemplars }: MetricSamples,
  format: ExpositionFormat,
  names: ReadonlySet<string>,
): Generator<string> {
  yield headText(head, format, names);
  for (const [key, value] of values) {
    const behind = format === 'openmetrics' ? (exemplars.get(key) ?? '') : '';
    yield `${key} ${numberText(value)}${behind}\n`;
  }
}
