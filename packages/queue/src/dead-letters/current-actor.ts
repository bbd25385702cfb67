import { getCurrentTrace } from '@holdfast/context';

/** Who acts where nobody is named: the user of the current request. */
export function currentActor(): string {
  return getCurrentTrace()?.userId ?? 'unknown';
}
