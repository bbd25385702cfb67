import type { Circuit } from './circuit.ts';
import { classifyFailure, isAnswerable } from './failure-class.ts';

/** The result, or the fallback's answer where it failed for a reason that a fallback is for. */
export function answerInstead(
  result: Promise<unknown>,
  fallback: (...args: unknown[]) => unknown,
  args: readonly unknown[],
  circuit: Circuit,
): Promise<unknown> {
  return result.catch(async (error: unknown) => {
    if (!circuit.mayAnswerInstead(error)) throw error;
    const answer = await fallback(...args, error);
    circuit.answeredByFallback(error);
    return answer;
  });
}

/**
 * Runs `fn`, and `fallback` with the error where `fn` fails for want of the dependency: transient, throttled, refused
 * by a circuit or a bulkhead. A permanent failure and a cancelled call reach the caller as they are.
 */
export async function withFallback<R, F>(
  fn: () => R | PromiseLike<R>,
  fallback: (error: unknown) => F | PromiseLike<F>,
): Promise<R | F> {
  try {
    return await fn();
  } catch (error) {
    if (!isAnswerable(classifyFailure(error))) throw error;
    return fallback(error);
  }
}
