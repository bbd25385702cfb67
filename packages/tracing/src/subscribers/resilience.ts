import { subscribeSafely } from '@holdfast/context/channels';
import type { AttemptOperation, CircuitTransition, RetryFact } from '@holdfast/resilience';
import { activeSource } from '../active-source.ts';
import { scopeWith } from '../span-source.ts';
import { type OperationSpan, subscribeToOperation } from './operation-span.ts';

/** A span per attempt; circuit transitions and retries as events of the span that they happen in. */
export function subscribeToResilience(): () => void {
  const endings = [
    subscribeToOperation('holdfast:resilience:attempt', attempt),
    subscribeSafely<CircuitTransition>('holdfast:resilience:transition', ({ name, from, to, reason }) => {
      activeSource().active()?.addEvent('circuit.transition', {
        'circuit.name': name,
        'circuit.from': from,
        'circuit.to': to,
        'circuit.reason': reason,
      });
    }),
    subscribeSafely<RetryFact>('holdfast:resilience:retry', (fact) => {
      if (fact.outcome === 'succeeded' && fact.attempt === 1) return;
      activeSource().active()?.addEvent('retry', {
        'retry.name': fact.name,
        'retry.attempt': fact.attempt,
        'retry.outcome': fact.outcome,
        'retry.delay_ms': fact.delayMs,
        'retry.failure_class': fact.failureClass,
      });
    }),
  ];
  return () => {
    for (const end of endings) end();
  };
}

const attempt: OperationSpan<AttemptOperation> = {
  begin(operation) {
    const attributes = {
      'holdfast.resilience.name': operation.name,
      'holdfast.resilience.attempt': operation.attempt,
    };
    const span = activeSource().start(`${operation.name} attempt ${operation.attempt}`, { attributes });
    return { span, scope: scopeWith(span) };
  },
};
