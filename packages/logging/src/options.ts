import { type Clock, systemClock } from '@holdfast/context/clock';
import { type Destination, isLineStream } from './destination.ts';
import { LoggingOptionError } from './errors.ts';
import type { LogLevel } from './logger.ts';

export interface RedactOptions {
  /** Key names to hide besides the defaults, in any spelling: `card-number` also hides `cardNumber`. */
  keys?: readonly string[];
  /** What is written instead. Default `[redacted]`. */
  censor?: string;
}

export interface LoggerOptions {
  /** Field `service`. Default: `OTEL_SERVICE_NAME`, else left out. */
  serviceName?: string | undefined;
  /** Field `module`: the part of the service that writes. */
  module?: string | undefined;
  /** Default: `LOG_LEVEL`, else `info`. */
  level?: LogLevel | 'silent' | undefined;
  /** Names to hide besides the defaults, or false to hide nothing. */
  redact?: false | readonly string[] | RedactOptions | undefined;
  /** Whether the ids of the current context are on every line. Default true. */
  includeTrace?: boolean | undefined;
  /** Where lines go. Default `stdout`. */
  destination?: Destination | undefined;
  /** `pretty` is for eyes, `json` for machines; `auto` (default) is pretty where the destination is a terminal. */
  format?: 'auto' | 'json' | 'pretty' | undefined;
  /**
   * Bytes that may wait in memory, 0 to 1 MiB. Default 0: each line is with the operating system when the call
   * returns, a request line after `requestHoldMs`. What waits is written when full, each second, by `flush()`, by
   * `fatal()` and at exit; a kill loses it.
   */
  bufferBytes?: number | undefined;
  /**
   * How long, in ms, the line of a request that went well may wait for others, so that they share one system call; 0
   * to 1000, 0: until the turn of the event loop ends. Default 5. Any other line takes along what waits.
   */
  requestHoldMs?: number | undefined;
  /** How deep objects are followed, 1 to 20. Default 8. */
  maxDepth?: number | undefined;
  /** How many values one line may hold, 10 to 10000. Default 500. */
  maxValues?: number | undefined;
  /** After how many characters a string is cut, 100 to 1000000. Default 8192. */
  maxTextLength?: number | undefined;
  /** Time of the lines. Default the system's. */
  clock?: Clock | undefined;
}

export interface ResolvedOptions {
  readonly serviceName: string | undefined;
  readonly module: string | undefined;
  readonly level: LogLevel | 'silent';
  readonly redact: false | Required<RedactOptions>;
  readonly includeTrace: boolean;
  readonly destination: Destination;
  readonly format: 'auto' | 'json' | 'pretty';
  readonly bufferBytes: number;
  readonly requestHoldMs: number;
  readonly maxDepth: number;
  readonly maxValues: number;
  readonly maxTextLength: number;
  readonly clock: Clock;
}

export const LOGGER_DEFAULTS: {
  readonly level: 'info';
  readonly includeTrace: true;
  readonly destination: 'stdout';
  readonly format: 'auto';
  readonly censor: '[redacted]';
  readonly bufferBytes: 0;
  readonly requestHoldMs: 5;
  readonly maxDepth: 8;
  readonly maxValues: 500;
  readonly maxTextLength: 8192;
} = Object.freeze({
  level: 'info',
  includeTrace: true,
  destination: 'stdout',
  format: 'auto',
  censor: '[redacted]',
  bufferBytes: 0,
  requestHoldMs: 5,
  maxDepth: 8,
  maxValues: 500,
  maxTextLength: 8192,
});

const LEVELS: readonly string[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** @throws LoggingOptionError naming the option, its value and what it may be */
export function resolveOptions(
  options: LoggerOptions,
  env: NodeJS.ProcessEnv = process.env,
): ResolvedOptions {
  const { serviceName = env['OTEL_SERVICE_NAME'], module } = options;
  return {
    serviceName: optionalText('serviceName', serviceName === '' ? undefined : serviceName),
    module: optionalText('module', module),
    level: resolveLevel(options.level, env),
    redact: resolveRedact(options.redact),
    includeTrace: options.includeTrace ?? LOGGER_DEFAULTS.includeTrace,
    destination: resolveDestination(options.destination ?? LOGGER_DEFAULTS.destination),
    format: oneOf('format', options.format ?? LOGGER_DEFAULTS.format, ['auto', 'json', 'pretty'] as const),
    bufferBytes: inRange('bufferBytes', options.bufferBytes, LOGGER_DEFAULTS.bufferBytes, 0, 1_048_576),
    requestHoldMs: inRange('requestHoldMs', options.requestHoldMs, LOGGER_DEFAULTS.requestHoldMs, 0, 1000),
    maxDepth: inRange('maxDepth', options.maxDepth, LOGGER_DEFAULTS.maxDepth, 1, 20),
    maxValues: inRange('maxValues', options.maxValues, LOGGER_DEFAULTS.maxValues, 10, 10_000),
    maxTextLength: inRange(
      'maxTextLength',
      options.maxTextLength,
      LOGGER_DEFAULTS.maxTextLength,
      100,
      1_000_000,
    ),
    clock: options.clock ?? systemClock,
  };
}

/** An unusable `LOG_LEVEL` is refused like the option: a service that logs nothing by mistake is noticed too late. */
function resolveLevel(level: string | undefined, env: NodeJS.ProcessEnv): LogLevel | 'silent' {
  const fromEnv = env['LOG_LEVEL']?.toLowerCase();
  const value = level ?? (fromEnv === '' ? undefined : fromEnv) ?? LOGGER_DEFAULTS.level;
  return checkLevel(level === undefined ? 'LOG_LEVEL' : 'level', value);
}

export function checkLevel(name: string, value: string): LogLevel | 'silent' {
  return oneOf(name, value, LEVELS) as LogLevel | 'silent';
}

function resolveRedact(redact: LoggerOptions['redact']): false | Required<RedactOptions> {
  if (redact === false) return false;
  const given: RedactOptions = isList(redact) ? { keys: redact } : (redact ?? {});
  const { keys = [], censor = LOGGER_DEFAULTS.censor } = given;
  if (!isList(keys) || keys.some((key) => typeof key !== 'string' || key === '')) {
    throw new LoggingOptionError(
      'redact',
      'createLogger: redact must be false, a list of key names, or { keys, censor }.',
    );
  }
  return { keys, censor };
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}

function resolveDestination(destination: Destination): Destination {
  if (destination === 'stdout' || destination === 'stderr' || isLineStream(destination)) return destination;
  if (typeof destination === 'object' && typeof destination.file === 'string' && destination.file !== '') {
    return destination;
  }
  throw new LoggingOptionError(
    'destination',
    "createLogger: destination must be 'stdout', 'stderr', { file: path } or an object with write(line).",
  );
}

function optionalText(name: string, value: string | undefined): string | undefined {
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  throw new LoggingOptionError(
    name,
    `createLogger: ${name} is ${JSON.stringify(value)}; it must be a text of 1 or more characters.`,
  );
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((entry) => entry === value);
  if (found !== undefined) return found;
  throw new LoggingOptionError(
    name,
    `createLogger: ${name} is ${JSON.stringify(value)}; it must be one of ${allowed.join(', ')}.`,
  );
}

function inRange(
  name: string,
  value: number | undefined,
  fallback: number,
  min: number,
  max: number,
): number {
  const chosen = value ?? fallback;
  if (Number.isInteger(chosen) && chosen >= min && chosen <= max) return chosen;
  throw new LoggingOptionError(
    name,
    `createLogger: ${name} is ${chosen}; it must be an integer from ${min} to ${max}.`,
  );
}
