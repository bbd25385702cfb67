import { getCurrentTrace, runWithTrace, type TraceContext } from '@holdfast/context';
import { state } from '@holdfast/context/storage';
import { type LoggerInternals, loggerInternals } from './create-logger.ts';
import type { Logger, LogLevel } from './logger.ts';
import { escapeControls, quotedText } from './text.ts';

/** What is said of one request. Written in this order, absent fields left out. */
export interface RequestLogFields {
  method: string;
  /** The path without the query, which may hold secrets. */
  path: string;
  /** The matched pattern with its mount path. */
  route?: string | undefined;
  statusCode: number;
  /** Written with three decimals. */
  durationMs: number;
  responseBytes?: number | undefined;
  remoteAddress?: string | undefined;
  userAgent?: string | undefined;
  /** Whether the client left before the response was complete; written only when true. */
  aborted?: boolean | undefined;
}

/**
 * Writes the line of one request: `error` for a 5xx, `warn` for an aborted request, else `info`.
 * @param context whose ids the line carries; default the current one
 */
export type RequestLogWriter = (fields: RequestLogFields, context?: TraceContext) => void;

/**
 * A writer of request lines that puts the text of the line together itself. It is the line that the logger would
 * write, on the same destination and in order with the logger's own; where that cannot be promised, the logger writes
 * it. On a file or a standard stream a request line waits for others, `requestHoldMs` at most; one of a 5xx or of an
 * aborted request, until the turn of the event loop ends. A SIGKILL may take what waits.
 */
export function createRequestLog(logger: Logger): RequestLogWriter {
  const internals = loggerInternals(logger);
  return (internals && composingWriter(logger, internals)) ?? loggerWriter(logger);
}

/** The reference: the same line by way of the logger. */
export function loggerWriter(logger: Logger): RequestLogWriter {
  const write = (fields: RequestLogFields) => {
    const { aborted, durationMs, ...rest } = fields;
    const { method, path, route, statusCode, ...others } = rest;
    const line = { method, path, route, statusCode, durationMs: rounded(durationMs), ...others };
    logger[levelOf(fields)](aborted === true ? { ...line, aborted } : line, messageOf(fields));
  };
  return (fields, context) =>
    context === undefined ? write(fields) : runWithTrace(context, () => write(fields));
}

/** Every name that this file writes: one that is redacted or already on the line needs the logger's own way. */
const FIELD_NAMES =
  'method path route statusCode durationMs responseBytes remoteAddress userAgent aborted traceId spanId requestId correlationId tenantId userId'.split(
    ' ',
  );

function composingWriter(logger: Logger, internals: LoggerInternals): RequestLogWriter | undefined {
  const { sink, options, redaction, overrides } = internals;
  const collides = FIELD_NAMES.some((name) => redaction.isSecretKey(name) || internals.isReserved(name));
  const heads = headsOf(internals);
  if (heads === undefined || collides || Object.keys(overrides).length > 0) return undefined;
  const { includeTrace, clock, maxTextLength } = options;
  const decimalsOf = decimalsOfThousandths();
  const field = (name: string, value: string | undefined) =>
    value === undefined ? '' : `,"${name}":${quotedText(value, maxTextLength, redaction)}`;

  return (fields, context) => {
    const level = levelOf(fields);
    if (!logger.isLevelEnabled(level)) return;
    const head = heads[level];
    let line = head.beforeTime + clock.wallTime() + head.afterTime;
    if (includeTrace) line += idFields(context, field);
    line += field('method', fields.method) + field('path', fields.path) + field('route', fields.route);
    line += `,"statusCode":${numeral(fields.statusCode)},"durationMs":${milliseconds(fields.durationMs, decimalsOf)}`;
    if (fields.responseBytes !== undefined) line += `,"responseBytes":${numeral(fields.responseBytes)}`;
    line += field('remoteAddress', fields.remoteAddress) + field('userAgent', fields.userAgent);
    if (fields.aborted === true) line += ',"aborted":true';
    line += `,"msg":"${messageOf(fields)}"}\n`;
    if (level === 'info') sink.writeCleanHeld(line);
    else sink.writeCleanSoon(line);
  };
}

function idFields(
  context: TraceContext | undefined,
  field: (name: string, value: string | undefined) => string,
): string {
  const ids = context === undefined ? getCurrentTrace() : seenWithin(context);
  if (ids === undefined) return '';
  return (
    field('traceId', ids.traceId) +
    field('spanId', ids.spanId) +
    field('requestId', ids.requestId) +
    field('correlationId', ids.correlationId) +
    field('tenantId', ids.tenantId) +
    field('userId', ids.userId)
  );
}

/** What `getCurrentTrace()` gives inside of `context`: another one only where a foreign span may be active in it. */
function seenWithin(context: TraceContext): TraceContext | undefined {
  return state.activeSpanSource === undefined ? context : runWithTrace(context, getCurrentTrace);
}

type RequestLevel = Extract<LogLevel, 'info' | 'warn' | 'error'>;

interface LineHead {
  readonly beforeTime: string;
  readonly afterTime: string;
}

/** How a line of each level begins, taken from a sample; undefined when a sample is not shaped as expected. */
function headsOf({ sampleLine }: LoggerInternals): Record<RequestLevel, LineHead> | undefined {
  const [info, warn, error] = (['info', 'warn', 'error'] as const).map((level) => {
    const [beforeTime, rest, more] = sampleLine(level, 1_234_567_890_123, 'sample').split('1234567890123');
    const ending = ',"msg":"sample"}\n';
    if (beforeTime === undefined || rest === undefined || more !== undefined || !rest.endsWith(ending))
      return undefined;
    return { beforeTime, afterTime: escapeControls(rest.slice(0, -ending.length)) };
  });
  return info && warn && error ? { info, warn, error } : undefined;
}

function levelOf({ statusCode, aborted }: RequestLogFields): RequestLevel {
  if (statusCode >= 500) return 'error';
  return aborted === true ? 'warn' : 'info';
}

function messageOf({ aborted }: RequestLogFields): string {
  return aborted === true ? 'request aborted' : 'request completed';
}

function rounded(durationMs: number): number {
  return Math.round(durationMs * 1000) / 1000;
}

function numeral(value: number): string {
  return Number.isFinite(value) ? String(value) : 'null';
}

const WHOLE_LIMIT = 2 ** 31;
let decimals: readonly string[] | undefined;

/** The decimals of each number of thousandths: '', '.001' to '.999'. */
function decimalsOfThousandths(): readonly string[] {
  decimals ??= Array.from({ length: 1000 }, (_, thousandths) => String(thousandths / 1000).slice(1));
  return decimals;
}

/** `rounded(durationMs)` as a JSON number, from whole microseconds, since a fraction is slow to write. */
function milliseconds(durationMs: number, decimalsOf: readonly string[]): string {
  const micros = Math.round(durationMs * 1000);
  if (!(micros >= 0 && micros < WHOLE_LIMIT)) return numeral(micros / 1000);
  const whole = Math.trunc(micros / 1000);
  return whole + (decimalsOf[micros - whole * 1000] ?? '');
}
