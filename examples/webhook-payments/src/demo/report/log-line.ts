/** Fields that say the same on each line of one trace, or nothing to a reader. */
const LEFT_OUT = new Set([
  'level',
  'time',
  'pid',
  'hostname',
  'service',
  'traceId',
  'spanId',
  'msg',
  'requestId',
  'correlationId',
]);
const LEVELS: Readonly<Record<number, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};

/** A line of the JSON log as people read it; what is no such line stays as it is. */
export function readableLogLine(line: string): string {
  const fields = parse(line);
  if (fields === undefined) return line;
  const { time, level, msg } = fields;
  const clock = typeof time === 'number' ? new Date(time).toISOString().slice(11, 23) : '';
  const rest = Object.entries(fields)
    .filter(([name]) => !LEFT_OUT.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [clock, (LEVELS[Number(level)] ?? '').padEnd(5), String(msg), ...rest].join(' ');
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
