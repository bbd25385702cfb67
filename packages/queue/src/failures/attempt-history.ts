import type { FailureClass } from './failure-class.ts';

/** One failed attempt of a job. */
export interface AttemptRecord {
  /** 1-based; starts again at 1 after a redrive. Undefined for a death without an attempt, by stalling. */
  readonly attempt: number | undefined;
  /** Epoch ms, or undefined where the engine did not record it. */
  readonly at: number | undefined;
  readonly failureClass: FailureClass | undefined;
  /** The first line of the stack: the error's name and message. */
  readonly error: string;
  readonly stack: string;
}

/** A thrown value as text; never throws, whatever it is. */
export interface DescribedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

const LONGEST_MESSAGE = 2000;
const LONGEST_STACK = 8000;

/**
 * BullMQ keeps the stack of every failed attempt with the job, written in the same step that retries or fails it.
 * A last line under each says which attempt it was, its class and when: history that no crash can tear off.
 */
const TRAILER = /\n {4}-- attempt (\d+), ([a-z]+), (\d{4}-[^\s]+Z)$/;

export function withTrailer(stack: string, attempt: number, failureClass: FailureClass, at: number): string {
  return `${stack}\n    -- attempt ${attempt}, ${failureClass}, ${new Date(at).toISOString()}`;
}

/** The record that `withTrailer` wrote, or of a stack that BullMQ wrote by itself. */
export function readAttempt(text: string): AttemptRecord {
  const match = TRAILER.exec(text);
  const stack = match === null ? text : text.slice(0, match.index);
  const error = firstLines(stack);
  if (match === null) return { attempt: undefined, at: undefined, failureClass: undefined, error, stack };
  const [, attempt, failureClass, at = ''] = match;
  return {
    attempt: Number(attempt),
    at: Date.parse(at),
    failureClass: failureClass as FailureClass,
    error,
    stack,
  };
}

export function describeError(thrown: unknown): DescribedError {
  try {
    if (thrown instanceof Error) return describe(thrown.name, thrown.message, thrown.stack);
    return describe(
      'Error',
      `The processor threw ${describeValue(thrown)}, which is not an Error.`,
      undefined,
    );
  } catch {
    return describe('Error', 'The processor threw a value that cannot be read.', undefined);
  }
}

function describe(name: unknown, message: unknown, stack: unknown): DescribedError {
  const cutName = String(name).slice(0, LONGEST_MESSAGE);
  const cutMessage = String(message).slice(0, LONGEST_MESSAGE);
  const text = typeof stack === 'string' && stack !== '' ? stack : `${cutName}: ${cutMessage}`;
  return { name: cutName, message: storable(cutMessage), stack: storable(text.slice(0, LONGEST_STACK)) };
}

/** Without what PostgreSQL cannot hold: U+0000 and halves of characters. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

function describeValue(thrown: unknown): string {
  return typeof thrown === 'string'
    ? JSON.stringify(thrown.slice(0, LONGEST_MESSAGE))
    : `a value of type ${typeof thrown}`;
}

function firstLines(stack: string): string {
  const frames = stack.indexOf('\n    at ');
  return frames === -1 ? stack : stack.slice(0, frames);
}
