/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export abstract class LoggingError extends Error {
  abstract readonly code: string;
}

/** An option that cannot be used, a log file that cannot be opened among them. */
export class LoggingOptionError extends LoggingError {
  override readonly name = 'LoggingOptionError';
  readonly code = 'ERR_LOGGING_OPTION';
  /** The name of the option or argument. */
  readonly option: string;

  constructor(option: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.option = option;
  }
}
