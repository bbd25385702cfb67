export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Exposition {
  /** By series name. */
  readonly samples: ReadonlyMap<string, readonly Sample[]>;
  /** Help texts by metric name. */
  readonly help: ReadonlyMap<string, string>;
}

const HELP = /^# HELP (\S+) (.*)$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?[ \t]+(\S+)/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;

/** Reads either text format. A line that is none is passed over: what can be shown of a scrape is shown. */
export function parseExposition(text: string): Exposition {
  const samples = new Map<string, Sample[]>();
  const help = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, metric, said = ''] = HELP.exec(line) ?? [];
    if (metric !== undefined) help.set(metric, said);
    if (line === '' || line.startsWith('#')) continue;
    const [, name, labels = '', number = ''] = SAMPLE.exec(line) ?? [];
    const value = numberOf(number);
    if (name === undefined || value === undefined) continue;
    const known = samples.get(name);
    const sample = { labels: labelsOf(labels), value };
    if (known === undefined) samples.set(name, [sample]);
    else known.push(sample);
  }
  return { samples, help };
}

function labelsOf(text: string): Record<string, string> {
  const entries = [...text.matchAll(LABEL)].map(
    ([, name = '', value = '']) => [name, unescaped(value)] as const,
  );
  return Object.fromEntries(entries);
}

function unescaped(value: string): string {
  return value.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
}

function numberOf(text: string): number | undefined {
  const special: Record<string, number> = {
    NaN: Number.NaN,
    '+Inf': Infinity,
    Inf: Infinity,
    '-Inf': -Infinity,
  };
  if (Object.hasOwn(special, text)) return special[text];
  const value = Number(text);
  return text === '' || Number.isNaN(value) ? undefined : value;
}
