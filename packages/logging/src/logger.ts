/** From the quietest to the loudest: `silent` as a level switches every line off. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** Fields of one line. An Error, here or in any field, is written with its stack and its causes. */
export type LogContext = object;

/** Both call orders: `info('text', { fields })` and `info({ fields }, 'text')`. Never throws. */
export interface LogMethod {
  (message: string, context?: LogContext): void;
  (context: LogContext, message?: string): void;
}

/** Writes lines of JSON with the fields of the current context. */
export interface Logger extends AsyncDisposable {
  readonly trace: LogMethod;
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  readonly fatal: LogMethod;
  /** Lines below this level are not written; can be changed while running. */
  level: LogLevel | 'silent';
  /** Whether a line of this level would be written: ask before making an expensive one. */
  isLevelEnabled(level: LogLevel): boolean;
  /** A logger that adds `bindings` to every line. It shares the destination and starts at the same level. */
  child(bindings: Readonly<Record<string, unknown>>): Logger;
  /** Resolves when every line written so far has been handed to the operating system. */
  flush(): Promise<void>;
  /** Flushes, and closes the log file where this logger opened one. */
  close(): Promise<void>;
}
