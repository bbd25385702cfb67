import { hostname } from 'node:os';
import { getTraceLogFields } from '@holdfast/context';
import type { Logger as PinoLogger, pino } from 'pino';
import { openSink, type Sink } from './destination.ts';
import { loadPino } from './load-pino.ts';
import { Loggable } from './loggable.ts';
import type { Logger, LogLevel, LogMethod } from './logger.ts';
import { checkLevel, type LoggerOptions, type ResolvedOptions, resolveOptions } from './options.ts';
import { createRedaction, NO_REDACTION, type Redaction } from './redaction.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What the loggers of one `createLogger` call share. */
interface Core {
  readonly options: ResolvedOptions;
  readonly sink: Sink;
  readonly redaction: Redaction;
  readonly pinoOptions: pino.LoggerOptions;
  readonly root: PinoLogger;
}

/** What the request log needs to know of a logger to write the same line without pino. */
export interface LoggerInternals {
  readonly sink: Sink;
  readonly options: ResolvedOptions;
  readonly redaction: Redaction;
  /** Fields that belong to every line but are written with it, being ids that the context has too. */
  readonly overrides: Fields;
  /** Whether a field of this name would be renamed. */
  readonly isReserved: (key: string) => boolean;
  /** The line that this logger would write, at `level` and `time`, for the message `msg`. */
  readonly sampleLine: (level: LogLevel, time: number, msg: string) => string;
}

const internalsOf = new WeakMap<Logger, LoggerInternals>();

export function loggerInternals(logger: Logger): LoggerInternals | undefined {
  return internalsOf.get(logger);
}

/**
 * A logger whose lines carry the ids of the current context, with secrets redacted.
 * @param options the module's name, or options
 * @throws LoggingOptionError for an option that cannot be used, a log file that cannot be opened among them
 */
export function createLogger(options: string | LoggerOptions = {}): Logger {
  const resolved = resolveOptions(typeof options === 'string' ? { module: options } : options);
  const sink = openSink(resolved);
  const { redact } = resolved;
  const redaction = redact === false ? NO_REDACTION : createRedaction(redact.keys, redact.censor);
  const pinoOptions = pinoOptionsFrom(resolved, redaction);
  return wrap(
    { options: resolved, sink, redaction, pinoOptions, root: loadPino()(pinoOptions, sink) },
    {},
    resolved.level,
  );
}

function pinoOptionsFrom(options: ResolvedOptions, redaction: Redaction): pino.LoggerOptions {
  const { level, serviceName, module, includeTrace, clock } = options;
  const ids = new Loggable(redaction, options);
  const base: Record<string, unknown> = { pid: process.pid, hostname: hostname() };
  if (serviceName !== undefined) base['service'] = serviceName;
  if (module !== undefined) base['module'] = module;
  return {
    level,
    base,
    timestamp: () => `,"time":${clock.wallTime()}`,
    // Fields arrive here as plain copies, errors included.
    serializers: { err: (fields: unknown) => fields },
    ...(includeTrace ? { mixin: () => ids.fields(getTraceLogFields(), () => false) } : {}),
  };
}

const CONTEXT_IDS = ['traceId', 'spanId', 'requestId', 'correlationId', 'tenantId', 'userId'];
const LINE_KEYS = ['level', 'time', 'pid', 'hostname', 'msg'];

function wrap(core: Core, bindings: Fields, level: LogLevel | 'silent'): Logger {
  const fixed = pick(bindings, (key) => !CONTEXT_IDS.includes(key));
  const overrides = pick(bindings, (key) => CONTEXT_IDS.includes(key));
  const target = core.root.child(fixed, { level });
  const reserved = new Set([
    ...LINE_KEYS,
    ...Object.keys(core.pinoOptions.base ?? {}),
    ...Object.keys(fixed),
  ]);
  const loggable = new Loggable(core.redaction, core.options);
  const isReserved = (key: string) => reserved.has(key);

  const methodFor = (method: LogLevel): LogMethod => {
    return (first: unknown, second?: unknown): void => {
      if (!target.isLevelEnabled(method)) return;
      const [message, context] = typeof first === 'string' ? [first, second] : [second, first];
      const fields = context === undefined ? {} : loggable.fields(contextOf(context), isReserved);
      const text = messageOf(message, fields);
      target[method]({ ...overrides, ...fields }, text === undefined ? undefined : loggable.text(text));
    };
  };

  const logger: Logger = {
    trace: methodFor('trace'),
    debug: methodFor('debug'),
    info: methodFor('info'),
    warn: methodFor('warn'),
    error: methodFor('error'),
    fatal: methodFor('fatal'),
    get level() {
      return target.level as LogLevel | 'silent';
    },
    set level(value) {
      target.level = checkLevel('level', value);
    },
    isLevelEnabled: (name) => target.isLevelEnabled(name),
    child(more) {
      const safe = new Loggable(core.redaction, core.options).fields(more, (key) => LINE_KEYS.includes(key));
      return wrap(core, { ...bindings, ...safe }, logger.level);
    },
    flush: () => core.sink.flush(),
    close: () => core.sink.close(),
    [Symbol.asyncDispose]: () => core.sink.close(),
  };
  internalsOf.set(logger, { ...core, overrides, isReserved, sampleLine: sampler(core, fixed) });
  return logger;
}

/** Asks pino itself how a line begins, with the same options, instead of knowing it. */
function sampler({ pinoOptions }: Core, bindings: Fields): LoggerInternals['sampleLine'] {
  return (level, time, msg) => {
    let line = '';
    const { mixin: _mixin, ...options } = pinoOptions;
    const stream = { write: (text: string) => void (line = text) };
    loadPino()({ ...options, level: 'trace', timestamp: () => `,"time":${time}` }, stream)
      .child(bindings)
      [level](msg);
    return line;
  };
}

/** JavaScript callers may pass anything. */
function contextOf(context: unknown): object {
  return typeof context === 'object' && context !== null ? context : { value: context };
}

function messageOf(message: unknown, fields: Fields): string | undefined {
  if (message !== undefined) return typeof message === 'string' ? message : undefined;
  const { err } = fields;
  const isError = typeof err === 'object' && err !== null && 'message' in err;
  return isError && typeof err.message === 'string' ? err.message : undefined;
}

function pick(fields: Fields, keep: (key: string) => boolean): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => keep(key)));
}
