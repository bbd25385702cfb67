/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export abstract class ContextError extends Error {
  abstract readonly code: string;
}

/** Something was to be written into the context where none is active. */
export class ContextMissingError extends ContextError {
  override readonly name = 'ContextMissingError';
  readonly code = 'ERR_CONTEXT_MISSING';

  constructor(operation: string) {
    super(
      `${operation} was called outside of a context. Call it inside runWithTrace(createTraceContext(), fn), or after correlationMiddleware().`,
    );
  }
}

/** The time given to this piece of work is over. It is also the reason of the aborted signal. */
export class DeadlineExceededError extends ContextError {
  override readonly name = 'DeadlineExceededError';
  readonly code = 'ERR_DEADLINE_EXCEEDED';

  constructor() {
    super('The deadline of this request or job has passed. Give it more time, or do less inside it.');
  }
}

/** An option or argument that cannot be used. */
export class ContextOptionError extends ContextError {
  override readonly name = 'ContextOptionError';
  readonly code = 'ERR_CONTEXT_OPTION';
  /** The name of the option or argument. */
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.option = option;
  }
}
