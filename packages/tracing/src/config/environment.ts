import { TracingOptionError } from '../errors.ts';
import type { SpanLimits } from '../light/limits.ts';

/** Environment variables; an empty one counts as not set, as the specification has it. */
export type Environment = Readonly<Record<string, string | undefined>>;

export function text(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === undefined || value === '' ? undefined : value;
}

/** @throws TracingOptionError when the variable is not a whole number of at least `least` */
export function wholeNumber(env: Environment, name: string, least: number): number | undefined {
  const value = text(env, name);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < least) {
    throw new TracingOptionError(
      name,
      `is ${JSON.stringify(value)}; it must be a whole number of at least ${least}.`,
    );
  }
  return number;
}

export function isTrue(env: Environment, name: string): boolean {
  return text(env, name)?.toLowerCase() === 'true';
}

/**
 * `key=value,key=value`, both percent-decoded; entries without a key or `=` are left out.
 * @see https://opentelemetry.io/docs/specs/otel/resource/sdk/
 */
export function pairs(env: Environment, name: string): Record<string, string> {
  const result: Record<string, string> = {};
  for (const entry of (text(env, name) ?? '').split(',')) {
    const separator = entry.indexOf('=');
    const key = decode(entry.slice(0, Math.max(0, separator)).trim());
    if (key !== '') result[key] = decode(entry.slice(separator + 1).trim());
  }
  return result;
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#attribute-limits */
export function limitsFrom(env: Environment): Partial<SpanLimits> {
  const attributeCount = wholeNumber(env, 'OTEL_ATTRIBUTE_COUNT_LIMIT', 0);
  const limits = {
    attributeCount: wholeNumber(env, 'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', 0) ?? attributeCount,
    attributeValueLength:
      wholeNumber(env, 'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', 1) ??
      wholeNumber(env, 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT', 1),
    eventCount: wholeNumber(env, 'OTEL_SPAN_EVENT_COUNT_LIMIT', 0),
    linkCount: wholeNumber(env, 'OTEL_SPAN_LINK_COUNT_LIMIT', 0),
    attributesPerEvent: wholeNumber(env, 'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT', 0) ?? attributeCount,
    attributesPerLink: wholeNumber(env, 'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT', 0) ?? attributeCount,
  };
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}

/** The entries of a variable that lists some, or those of `fallback`. */
export function listOf(env: Environment, name: string, fallback: string): string[] {
  return (text(env, name) ?? fallback).split(',').map((entry) => entry.trim());
}

/** @throws TracingOptionError that names the option or variable and what it may be */
export function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new TracingOptionError(
    option,
    `is ${JSON.stringify(value)}; it must be one of ${allowed.join(', ')}.`,
  );
}
