/** The pieces of text that the exposition formats are made of. */
import type { ExemplarSample } from '../families/exemplars.ts';

export type LabelPairs = Readonly<Record<string, string>>;

export function escapeLabelValue(value: string): string {
  return value.replace(/[\\"\n]/g, escapeCharacter);
}

export function escapeHelp(help: string, withQuotes: boolean): string {
  return help.replace(withQuotes ? /[\\"\n]/g : /[\\\n]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`;
}

/** `a="1",b="2"`, without braces, so that more can be put behind it. */
export function labelText(labels: Readonly<Record<string, unknown>>): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(labels))
    parts.push(`${name}="${escapeLabelValue(String(value))}"`);
  return parts.join(',');
}

export function joinLabels(first: string, second: string): string {
  if (first === '') return second;
  return second === '' ? first : `${first},${second}`;
}

export function sampleLine(name: string, labels: string, value: number): string {
  return labels === '' ? `${name} ${numberText(value)}\n` : `${name}{${labels}} ${numberText(value)}\n`;
}

export function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

/** What OpenMetrics lets the label names and values of an exemplar have together, in characters. */
const LONGEST_EXEMPLAR = 128;

/** What stands behind a sample in OpenMetrics; nothing where the format does not allow the labels. */
export function exemplarText({ labelSet, value, timestamp }: ExemplarSample): string {
  let length = 0;
  for (const [name, text] of Object.entries(labelSet))
    length += name.length + Array.from(String(text)).length;
  if (length > LONGEST_EXEMPLAR) return '';
  return ` # {${labelText(labelSet)}} ${numberText(value)} ${timestamp.toFixed(3)}`;
}
