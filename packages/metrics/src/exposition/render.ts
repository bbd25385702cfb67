import { setImmediate } from 'node:timers/promises';
import type { Registry } from 'prom-client';
import { type Family, isFamily } from '../families/family.ts';
import { type ForeignLimits, type ForeignMetric, type ForeignSnapshot, readForeign } from './foreign.ts';
import type { ExpositionFormat } from './negotiate.ts';
import { escapeHelp, exemplarText, joinLabels, labelText, sampleLine } from './text.ts';

/** About 3 ms of work; between two slices the event loop has its turn. */
const CHARACTERS_PER_SLICE = 200_000;
/** One promise per line would cost more than the line. */
const CHARACTERS_PER_PAGE = 10_000;

/**
 * Writes all metrics of a registry in one of the text formats, without holding the event loop for long.
 * prom-client's own `metrics()` writes everything in one go, and in OpenMetrics mode takes `_total` off the names of
 * counters for good.
 * @returns the text in parts of some 200,000 characters
 */
export async function renderRegistry(
  registry: Registry,
  format: ExpositionFormat,
  limits: ForeignLimits,
): Promise<string[]> {
  const metrics = registry.getMetricsAsArray() as unknown as (Family | ForeignMetric)[];
  const names = new Set(metrics.map(nameOf));
  const exposition = { format, names, defaults: defaultLabelsOf(registry) };
  const answerOf = await readForeign(
    metrics.filter((metric) => !isFamily(metric)),
    limits,
  );
  const text = new SlicedText();
  for (const metric of metrics) {
    if (isFamily(metric)) await text.add(familyText(metric, exposition));
    else {
      const snapshot = await answerOf(metric);
      if (snapshot !== undefined) await text.add(foreignText(metric.name, snapshot, exposition));
    }
  }
  if (format === 'openmetrics') await text.add(['# EOF\n']);
  return text.parts();
}

/** Text that is made in slices, between which the event loop has its turn. */
export class SlicedText {
  readonly #parts: string[] = [];
  #part = '';

  async add(lines: Iterable<string>): Promise<void> {
    for (const page of inPages(lines)) {
      this.#part += page;
      if (this.#part.length < CHARACTERS_PER_SLICE) continue;
      this.#parts.push(this.#part);
      this.#part = '';
      await setImmediate();
    }
  }

  parts(): string[] {
    return this.#part === '' ? this.#parts : [...this.#parts, this.#part];
  }
}

function* inPages(lines: Iterable<string>): Generator<string> {
  let page = '';
  for (const line of lines) {
    page += line;
    if (page.length < CHARACTERS_PER_PAGE) continue;
    yield page;
    page = '';
  }
  yield page;
}

interface Exposition {
  readonly format: ExpositionFormat;
  /** Every metric name of the registry. */
  readonly names: ReadonlySet<string>;
  readonly defaults: Readonly<Record<string, unknown>>;
}

function* familyText(family: Family, { format, names, defaults }: Exposition): Generator<string> {
  yield headText({ ...family, name: family.metricName }, format, names);
  const extra = labelText(without(defaults, new Set(family.labelNames)));
  yield* family.lines(extra, format === 'openmetrics');
}

function* foreignText(
  name: string,
  snapshot: ForeignSnapshot,
  { format, names, defaults }: Exposition,
): Generator<string> {
  const { help, type, values = [] } = snapshot;
  yield headText({ name, help, type: String(type) }, format, names);
  const noDefaults = Object.keys(defaults).length === 0;
  for (const { value, labels = {}, sharedLabels = {}, metricName = name, exemplar } of values) {
    let text = joinLabels(labelText(labels), labelText(sharedLabels));
    if (!noDefaults) {
      const own = new Set([...Object.keys(labels), ...Object.keys(sharedLabels)]);
      text = joinLabels(text, labelText(without(defaults, own)));
    }
    const line = sampleLine(metricName, text, value);
    if (exemplar && format === 'openmetrics') yield `${line.slice(0, -1)}${exemplarText(exemplar)}\n`;
    else yield line;
  }
}

/**
 * OpenMetrics names a counter without `_total` and its samples with it. A counter whose name has no `_total` is shown
 * as `unknown` there, so that its series has one name whoever asks.
 * @param names every metric name of the answer
 */
export function headText(
  { name, help, type }: { readonly name: string; readonly help: string; readonly type: string },
  format: ExpositionFormat,
  names: ReadonlySet<string>,
): string {
  let family = name;
  let shownType = type;
  if (format === 'openmetrics' && type === 'counter') {
    const base = name.replace(/_total$/, '');
    if (base === name || names.has(base)) shownType = 'unknown';
    else family = base;
  }
  return `# HELP ${family} ${escapeHelp(help, format === 'openmetrics')}\n# TYPE ${family} ${shownType}\n`;
}

function nameOf(metric: Family | ForeignMetric): string {
  return isFamily(metric) ? metric.metricName : metric.name;
}

/** prom-client has no getter for what `setDefaultLabels()` was given. */
export function defaultLabelsOf(registry: Registry): Readonly<Record<string, unknown>> {
  const internals = registry as unknown as { _defaultLabels?: Readonly<Record<string, unknown>> };
  return internals._defaultLabels ?? {};
}

export function without(
  labels: Readonly<Record<string, unknown>>,
  names: ReadonlySet<string>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !names.has(name)));
}
