import type { EnqueueOperation, ProcessOperation } from '@holdfast/queue';
import { type Attributes, SpanKind } from '@opentelemetry/api';
import { activeSource } from '../active-source.ts';
import { linkTo, scopeOfNewTrace } from '../propagation/new-trace-scope.ts';
import { scopeWith } from '../span-source.ts';
import { type OperationSpan, subscribeToOperation } from './operation-span.ts';

/** Where the two sides of a job meet: the producer's span in the request, the consumer's span per attempt. */
export function subscribeToQueue(jobs: 'link' | 'parent'): () => void {
  const endings = [
    subscribeToOperation('holdfast:queue:enqueue', producer),
    subscribeToOperation('holdfast:queue:process', consumer(jobs)),
  ];
  return () => {
    for (const end of endings) end();
  };
}

const producer: OperationSpan<EnqueueOperation> = {
  begin(operation) {
    const attributes = {
      ...jobAttributes(operation),
      'messaging.operation.name': 'add',
      'messaging.operation.type': 'send',
    };
    const span = activeSource().start(`send ${operation.queue}`, { kind: SpanKind.PRODUCER, attributes });
    return { span, scope: scopeWith(span) };
  },
  finish(span, { status }) {
    if (status !== undefined) span.setAttribute('holdfast.queue.status', status);
  },
};

function consumer(jobs: 'link' | 'parent'): OperationSpan<ProcessOperation> {
  return {
    begin(operation) {
      const attributes = {
        ...jobAttributes(operation),
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'holdfast.queue.attempt': operation.attempt,
        'holdfast.queue.max_attempts': operation.maxAttempts,
        'holdfast.queue.wait_ms': Math.max(0, Date.now() - operation.enqueuedAt),
      };
      const name = `process ${operation.queue}`;
      const options = { kind: SpanKind.CONSUMER, attributes };
      if (jobs === 'parent') {
        const span = activeSource().start(name, options);
        return { span, scope: scopeWith(span) };
      }
      const span = activeSource().start(name, { ...options, root: true, links: linkTo(operation.carrier) });
      return { span, scope: scopeOfNewTrace(span) };
    },
    finish(span, { outcome }) {
      if (outcome !== undefined) span.setAttribute('holdfast.queue.outcome', outcome);
    },
  };
}

/** @see https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/ */
function jobAttributes(operation: EnqueueOperation | ProcessOperation): Attributes {
  return {
    'messaging.system': 'bullmq',
    'messaging.destination.name': operation.queue,
    'messaging.message.id': operation.jobId,
    'holdfast.queue.job_name': operation.jobName,
    'holdfast.queue.engine': operation.engine,
  };
}
