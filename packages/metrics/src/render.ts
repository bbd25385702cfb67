import { setImmediate } from 'node:timers/promises';
import type { Clock } from '@holdfast/context/clock';
import type { Registry } from 'prom-client';
import { limited } from './collect.ts';
import { isFamily } from './family.ts';
import type { ExpositionFormat } from './negotiate.ts';
import { escapeHelp, joinLabels, labelText, sampleLine } from './text.ts';

export interface RenderOptions {
  readonly clock: Clock;
  /** Limit of one foreign metric's `collect` function. */
  readonly timeoutMs: number;
  /** A metric that failed or took too long is left out of this scrape. */
  readonly onFailure: (metric: string) => void;
}

/** About 3 ms of work; between two slices the event loop has its turn. */
const CHARACTERS_PER_SLICE = 200_000;

/** What is read of a metric that is not ours. */
interface ForeignMetric {
  readonly name: string;
  get(): Promise<{
    help: string;
    type: unknown;
    values: Iterable<{ value: number; labels: Readonly<Record<string, unknown>>; metricName?: string }>;
  }>;
}

/**
 * Writes all metrics of a registry in one of the text formats, without holding the event loop for long.
 * prom-client's own `metrics()` writes everything in one go, and in OpenMetrics mode takes `_total` off the names of
 * counters for good.
 */
export async function renderRegistry(
  registry: Registry,
  format: ExpositionFormat,
  options: RenderOptions,
): Promise<string> {
  const metrics = registry.getMetricsAsArray() as unknown as (ForeignMetric & object)[];
  const names = new Set(metrics.map(nameOf));
  const defaults = defaultLabelsOf(registry);
  const chunks: string[] = [];
  let sliceLength = 0;
  for (const metric of metrics) {
    for await (const text of textOf(metric, { format, names, defaults }, options)) {
      chunks.push(text);
      sliceLength += text.length;
      if (sliceLength < CHARACTERS_PER_SLICE) continue;
      sliceLength = 0;
      await setImmediate();
    }
  }
  if (format === 'openmetrics') chunks.push('# EOF\n');
  return chunks.join('');
}

interface Exposition {
  readonly format: ExpositionFormat;
  /** Every metric name of the registry. */
  readonly names: ReadonlySet<string>;
  readonly defaults: Readonly<Record<string, unknown>>;
}

async function* textOf(
  metric: ForeignMetric & object,
  exposition: Exposition,
  options: RenderOptions,
): AsyncGenerator<string> {
  if (isFamily(metric)) {
    const own = new Set(metric.labelNames);
    yield headOf(metric.metricName, metric.help, metric.type, exposition);
    yield* inPages(metric.lines(labelText(without(exposition.defaults, own))));
    return;
  }
  const lines = await foreignLines(metric, exposition, options);
  if (lines !== undefined) yield lines;
}

/** One promise per line would cost more than the line. */
function* inPages(lines: Iterable<string>): Generator<string> {
  let page = '';
  for (const line of lines) {
    page += line;
    if (page.length < 10_000) continue;
    yield page;
    page = '';
  }
  yield page;
}

async function foreignLines(
  metric: ForeignMetric,
  exposition: Exposition,
  { clock, timeoutMs, onFailure }: RenderOptions,
): Promise<string | undefined> {
  const name = nameOf(metric);
  try {
    const reading = metric.get();
    if (!(await limited(clock, timeoutMs, reading))) throw new Error('took too long');
    const { help, type, values } = await reading;
    let text = headOf(name, help, String(type), exposition);
    for (const { value, labels, metricName = name } of values) {
      const own = new Set(Object.keys(labels));
      text += sampleLine(
        metricName,
        joinLabels(labelText(labels), labelText(without(exposition.defaults, own))),
        value,
      );
    }
    return text;
  } catch {
    onFailure(name);
    return undefined;
  }
}

/**
 * OpenMetrics names a counter without `_total` and its samples with it. A counter whose name has no `_total` is shown
 * as `unknown` there, so that its series has one name whoever asks.
 */
function headOf(name: string, help: string, type: string, { format, names }: Exposition): string {
  let family = name;
  let shownType = type;
  if (format === 'openmetrics' && type === 'counter') {
    const base = name.replace(/_total$/, '');
    if (base === name || names.has(base)) shownType = 'unknown';
    else family = base;
  }
  return `# HELP ${family} ${escapeHelp(help, format === 'openmetrics')}\n# TYPE ${family} ${shownType}\n`;
}

function nameOf(metric: ForeignMetric): string {
  return isFamily(metric) ? metric.metricName : metric.name;
}

/** prom-client has no getter for what `setDefaultLabels()` was given. */
function defaultLabelsOf(registry: Registry): Readonly<Record<string, unknown>> {
  const internals = registry as unknown as { _defaultLabels?: Readonly<Record<string, unknown>> };
  return internals._defaultLabels ?? {};
}

function without(
  labels: Readonly<Record<string, unknown>>,
  names: ReadonlySet<string>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !names.has(name)));
}
