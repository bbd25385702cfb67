/**
 * A strict reader of both text formats, written from their specifications and from none of our code.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 * https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 */
export interface ParsedFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: ParsedSample[];
}

export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly exemplar?: ParsedExemplar;
}

export interface ParsedExemplar {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Epoch seconds, where it has one. */
  readonly timestamp: number | undefined;
}

export type Format = 'prometheus' | 'openmetrics';

const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'unknown', 'untyped'];
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[^"]|"(?:[^"\\]|\\.)*")*?)\})? (\S+)( # .*)?$/;
const EXEMPLAR = /^ # \{(.*)\} (\S+)(?: (\d+(?:\.\d+)?))?$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;
const NUMBER = /^(NaN|[+-]Inf|-?\d+(\.\d+)?(e[+-]?\d+)?)$/;

export function parseExposition(text: string, format: Format): Map<string, ParsedFamily> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const lines = text.slice(0, -1).split('\n');
  if (format === 'openmetrics' && lines.pop() !== '# EOF') throw new Error('no # EOF');
  const families = new Map<string, ParsedFamily>();
  const seen = new Set<string>();
  let current: ParsedFamily | undefined;
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i] ?? '';
    if (line.startsWith('# HELP ')) {
      current = parseHead(line, lines[(i += 1)] ?? '');
      if (families.has(current.name)) throw new Error(`${current.name} comes twice`);
      families.set(current.name, current);
      continue;
    }
    const sample = parseSample(line, format);
    if (current === undefined || !belongsTo(sample, current, format))
      throw new Error(`stray sample: ${line}`);
    const key = `${sample.name}${labelKey(sample.labels)}`;
    if (seen.has(key)) throw new Error(`the series ${key} comes twice`);
    seen.add(key);
    current.samples.push(sample);
  }
  for (const family of families.values()) if (family.type === 'histogram') checkHistogram(family);
  return families;
}

function labelKey(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function parseHead(helpLine: string, typeLine: string): ParsedFamily {
  const help = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(helpLine);
  const type = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) ([a-z]+)$/.exec(typeLine);
  if (help?.[1] === undefined || type?.[1] !== help[1])
    throw new Error(`bad head: ${helpLine} / ${typeLine}`);
  if (!TYPES.includes(type[2] ?? '')) throw new Error(`unknown type: ${typeLine}`);
  return { name: help[1], help: help[2] ?? '', type: type[2] ?? '', samples: [] };
}

function parseSample(line: string, format: Format): ParsedSample {
  const match = SAMPLE.exec(line);
  if (match === null) throw new Error(`not a sample: ${line}`);
  const [, name = '', labelPart = '', number = '', exemplarPart] = match;
  const sample = { name, labels: parseLabels(labelPart, line), value: parseNumber(number, line) };
  if (exemplarPart === undefined) return sample;
  if (format === 'prometheus') throw new Error(`an exemplar in plain text: ${line}`);
  const exemplar = parseExemplar(exemplarPart, line);
  checkExemplar(sample, exemplar, line);
  return { ...sample, exemplar };
}

function parseNumber(text: string, line: string): number {
  if (!NUMBER.test(text)) throw new Error(`not a number: ${line}`);
  return Number(text.replace('Inf', 'Infinity'));
}

function parseExemplar(text: string, line: string): ParsedExemplar {
  const match = EXEMPLAR.exec(text);
  if (match === null) throw new Error(`not an exemplar: ${line}`);
  const [, labelPart = '', number = '', timestamp] = match;
  return {
    labels: parseLabels(labelPart, line),
    value: parseNumber(number, line),
    timestamp: timestamp === undefined ? undefined : Number(timestamp),
  };
}

/** Only on buckets and counters, at most 128 characters of labels, and inside its bucket. */
function checkExemplar({ name, labels: { le } }: ParsedSample, exemplar: ParsedExemplar, line: string): void {
  if (!/_(bucket|total)$/.test(name)) throw new Error(`an exemplar where none may be: ${line}`);
  const length = Array.from(Object.entries(exemplar.labels).flat().join('')).length;
  if (length > 128) throw new Error(`an exemplar of ${length} characters: ${line}`);
  if (le !== undefined && exemplar.value > Number(le.replace('Inf', 'Infinity')))
    throw new Error(`an exemplar above its bucket: ${line}`);
}

function parseLabels(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const match = LABEL.exec(text);
    if (match === null) throw new Error(`bad labels: ${line}`);
    const [, name = '', value = ''] = match;
    if (Object.hasOwn(labels, name)) throw new Error(`label ${name} comes twice: ${line}`);
    labels[name] = value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
  }
  return labels;
}

function belongsTo({ name }: ParsedSample, family: ParsedFamily, format: Format): boolean {
  if (family.type === 'histogram')
    return ['_bucket', '_sum', '_count'].some((end) => name === family.name + end);
  if (family.type === 'counter' && format === 'openmetrics') return name === `${family.name}_total`;
  return name === family.name;
}

function checkHistogram({ name, samples }: ParsedFamily): void {
  const groups = new Map<string, { last: number; bound: number; inf: number; count: number }>();
  for (const { name: sampleName, labels, value } of samples) {
    const { le, ...rest } = labels;
    const key = JSON.stringify(rest);
    const group = groups.get(key) ?? { last: 0, bound: -Infinity, inf: -1, count: -2 };
    groups.set(key, group);
    if (sampleName === `${name}_bucket`) {
      const bound = Number((le ?? '').replace('Inf', 'Infinity'));
      if (value < group.last || bound <= group.bound) throw new Error(`buckets of ${name} do not ascend`);
      Object.assign(group, { last: value, bound, inf: bound === Infinity ? value : -1 });
    } else if (sampleName === `${name}_count`) group.count = value;
  }
  for (const { inf, count } of groups.values())
    if (inf !== count) throw new Error(`${name}: +Inf is not the count`);
}

/** The value of the one series with exactly these labels, or undefined. */
export function sampleValue(
  families: ReadonlyMap<string, ParsedFamily>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const wanted = labelKey(labels);
  for (const { samples } of families.values()) {
    for (const sample of samples) {
      if (sample.name === name && labelKey(sample.labels) === wanted) return sample.value;
    }
  }
  return undefined;
}
