/** Which of the two text formats a scraper gets. */
export type ExpositionFormat = 'prometheus' | 'openmetrics';

export const CONTENT_TYPES: Readonly<Record<ExpositionFormat, string>> = Object.freeze({
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
});

const OPENMETRICS = 'application/openmetrics-text';
const KNOWN_VERSIONS = new Set(['', '1.0.0', '0.0.1']);
/** From the most to the least specific range that covers the plain format. */
const PLAIN_RANGES = ['text/plain', 'text/*', '*/*'];

/** OpenMetrics when it is named in `Accept` and not wanted less than plain text; otherwise the plain format. */
export function negotiate(accept: string | undefined): ExpositionFormat {
  if (accept === undefined || !accept.toLowerCase().includes(OPENMETRICS)) return 'prometheus';
  const ranges = accept.split(',').map(parseRange);
  const wanted = Math.max(0, ...ranges.filter(isKnownOpenMetrics).map(({ quality }) => quality));
  return wanted > 0 && wanted >= qualityOfPlain(ranges) ? 'openmetrics' : 'prometheus';
}

interface MediaRange {
  readonly type: string;
  readonly version: string;
  /** 0 to 1. */
  readonly quality: number;
}

function parseRange(text: string): MediaRange {
  const [type = '', ...parameters] = text
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  let version = '';
  let quality = 1;
  for (const parameter of parameters) {
    const [key, value = ''] = parameter.split('=').map((part) => part.trim());
    if (key === 'version') version = value.replaceAll('"', '');
    else if (key === 'q') quality = /^[01](\.\d{0,3})?$/.test(value) ? Number(value) : 0;
  }
  return { type, version, quality };
}

function isKnownOpenMetrics({ type, version }: MediaRange): boolean {
  return type === OPENMETRICS && KNOWN_VERSIONS.has(version);
}

function qualityOfPlain(ranges: readonly MediaRange[]): number {
  for (const range of PLAIN_RANGES) {
    const qualities = ranges.filter(({ type }) => type === range).map(({ quality }) => quality);
    if (qualities.length > 0) return Math.max(...qualities);
  }
  return 0;
}
