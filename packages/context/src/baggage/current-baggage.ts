import { ContextOptionError } from '../errors.ts';
import { contextStorage } from '../storage.ts';
import {
  type Baggage,
  type BaggageEntry,
  type BaggageProperty,
  fitsBaggageLimits,
  isBaggageKey,
} from './baggage.ts';

/** All entries of the current request or job; empty outside of a context. */
export function getBaggage(): Baggage {
  return contextStorage.getStore()?.baggage ?? [];
}

/** The entry of this name, the last one where it came more than once. */
export function getBaggageEntry(key: string): BaggageEntry | undefined {
  return getBaggage().findLast((entry) => entry.key === key);
}

/**
 * Sets an entry for the request or job as a whole; it goes along to hosts on the allow-list and with jobs. Put no
 * secret here. False, and nothing changes, outside of a context and where 64 entries or 8192 bytes would be exceeded.
 * @throws ContextOptionError when a key is no HTTP token
 */
export function setBaggageEntry(
  key: string,
  value: string,
  properties: readonly BaggageProperty[] = [],
): boolean {
  if (![key, ...properties.map((property) => property.key)].every(isBaggageKey)) {
    throw new ContextOptionError(
      'key',
      "setBaggageEntry: a key must be one or more letters, digits or !#$%&'*+-.^_`|~ and this one is not.",
    );
  }
  const scope = contextStorage.getStore();
  if (scope === undefined) return false;
  const next = [...without(scope.baggage, key), { key, value, properties }];
  if (!fitsBaggageLimits(next)) return false;
  scope.setBaggage(next);
  return true;
}

/** Whether there was such an entry. */
export function removeBaggageEntry(key: string): boolean {
  const scope = contextStorage.getStore();
  if (scope === undefined) return false;
  const next = without(scope.baggage, key);
  const removed = next.length < scope.baggage.length;
  if (removed) scope.setBaggage(next);
  return removed;
}

function without(baggage: Baggage, key: string): Baggage {
  return baggage.filter((entry) => entry.key !== key);
}
