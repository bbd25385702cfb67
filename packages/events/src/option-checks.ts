import { EventsOptionError } from './errors.ts';

/** @throws EventsOptionError */
export function whole(option: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new EventsOptionError(option, `is ${show(value)}; it must be a whole number from ${min} to ${max}.`);
}

/** @throws EventsOptionError */
export function flag(option: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new EventsOptionError(option, `is ${show(value)}; it must be true or false.`);
}

/** What is part of names in every store. @throws EventsOptionError */
export function plainName(option: string, value: unknown): string {
  if (typeof value === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(value)) return value;
  throw new EventsOptionError(
    option,
    `is ${show(value)}; it must be 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-'.`,
  );
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
