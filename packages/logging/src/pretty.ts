export interface PrettyOptions {
  /** Default false. */
  color?: boolean;
}

const LEVELS: Readonly<Record<number, readonly [name: string, color: number]>> = {
  10: ['TRACE', 90],
  20: ['DEBUG', 36],
  30: ['INFO ', 32],
  40: ['WARN ', 33],
  50: ['ERROR', 31],
  60: ['FATAL', 35],
};

/** Said once at start, of no use on each line of a terminal. */
const HIDDEN = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'service', 'module', 'err']);

/** A JSON log line for eyes: time, level, module, message and the other fields, then the stack of `err`. */
export function prettyLine(line: string, { color = false }: PrettyOptions = {}): string {
  const record = parse(line);
  if (record === undefined) return line;
  const paint = (code: number, text: string) => (color ? `\u001b[${code}m${text}\u001b[39m` : text);
  const [level, levelColor] = LEVELS[Number(record['level'])] ?? ['     ', 39];
  const parts = [paint(90, timeOfDay(record['time'])), paint(levelColor, level)];
  const source = record['module'] ?? record['service'];
  if (source !== undefined) parts.push(paint(90, `[${visible(source)}]`));
  if (record['msg'] !== undefined) parts.push(visible(record['msg']));
  for (const [key, value] of Object.entries(record)) {
    if (!HIDDEN.has(key)) parts.push(paint(90, `${visible(key)}=${visible(value)}`));
  }
  return `${parts.join(' ')}\n${errorLines(record['err'], paint)}`;
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const record: unknown = JSON.parse(line);
    return typeof record === 'object' && record !== null ? (record as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function timeOfDay(time: unknown): string {
  const date = new Date(Number(time));
  const two = (value: number) => String(value).padStart(2, '0');
  const millis = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${millis}`;
}

interface ErrorRecord {
  stack?: unknown;
  message?: unknown;
  cause?: unknown;
}

function errorLines(error: unknown, paint: (code: number, text: string) => string, label = ''): string {
  if (typeof error !== 'object' || error === null)
    return error === undefined ? '' : `    ${visible(error)}\n`;
  const { stack, message, cause } = error as ErrorRecord;
  const text = [stack, message].find((candidate) => typeof candidate === 'string') ?? '';
  const lines = text.split('\n');
  const own = lines
    .map((line, index) => `    ${paint(90, visible(index === 0 ? label + line : line))}\n`)
    .join('');
  return own + errorLines(cause, paint, 'caused by ');
}

/** What a terminal would obey, bidirectional overrides included, is shown as an escape instead. */
const CONTROL = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

function visible(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
