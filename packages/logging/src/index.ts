export { createLogger } from './create-logger.ts';
export type { Destination, LineStream } from './destination.ts';
export { LoggingError, LoggingOptionError } from './errors.ts';
export type { LogContext, Logger, LogLevel, LogMethod } from './logger.ts';
export { LOGGER_DEFAULTS, type LoggerOptions, type RedactOptions } from './options.ts';
export { type PrettyOptions, prettyLine } from './pretty.ts';
export { createRequestLog, type RequestLogFields, type RequestLogWriter } from './request-log.ts';
