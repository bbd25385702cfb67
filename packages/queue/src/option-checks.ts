import { QueueOptionError } from './errors.ts';

/** @throws QueueOptionError */
export function whole(option: string, value: unknown, min: number, max: number): number {
  if (!Number.isInteger(value)) throw outOfRange(option, value, `a whole number from ${min} to ${max}`);
  return between(option, value, min, max);
}

/** @throws QueueOptionError */
export function between(option: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && value >= min && value <= max) return value;
  throw outOfRange(option, value, `from ${min} to ${max}`);
}

/** @throws QueueOptionError */
export function flag(option: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw outOfRange(option, value, 'true or false');
}

/** A value as it stands in a message. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 200));
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

/** Without what is `undefined`: such an option is absent. */
export function defined<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

function outOfRange(option: string, value: unknown, range: string): QueueOptionError {
  return new QueueOptionError(option, `is ${show(value)}; it must be ${range}.`);
}
