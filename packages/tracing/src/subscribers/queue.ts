import type { EnqueueOperation, ProcessOperation } from '@holdfast/queue';
import { activeSource } from '../active-source.ts';
import { SpanKind } from '../otel-api.ts';
import { linkTo, scopeOfNewTrace } from '../propagation/new-trace-scope.ts';
import { scopeWith } from '../span-source.ts';
import { JobSpans } from './job-spans.ts';
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

const sending = new JobSpans('send', 'add', 'send');
const processing = new JobSpans('process', 'process', 'process');

const producer: OperationSpan<EnqueueOperation> = {
  begin(operation) {
    const { name, prepared } = sending.of(operation);
    const span = activeSource().start(name, { kind: SpanKind.PRODUCER, prepared });
    span.setAttribute('messaging.message.id', operation.jobId);
    return { span, scope: scopeWith(span) };
  },
  finish(span, { status }) {
    if (status !== undefined) span.setAttribute('holdfast.queue.status', status);
  },
};

function consumer(jobs: 'link' | 'parent'): OperationSpan<ProcessOperation> {
  return {
    begin(operation) {
      const { name, prepared } = processing.of(operation);
      const kind = SpanKind.CONSUMER;
      const span =
        jobs === 'parent'
          ? activeSource().start(name, { kind, prepared })
          : activeSource().start(name, { kind, prepared, root: true, links: linkTo(operation.carrier) });
      span.setAttribute('messaging.message.id', operation.jobId);
      span.setAttribute('holdfast.queue.attempt', operation.attempt);
      span.setAttribute('holdfast.queue.max_attempts', operation.maxAttempts);
      span.setAttribute('holdfast.queue.wait_ms', Math.max(0, Date.now() - operation.enqueuedAt));
      return { span, scope: jobs === 'parent' ? scopeWith(span) : scopeOfNewTrace(span) };
    },
    finish(span, { outcome }) {
      if (outcome !== undefined) span.setAttribute('holdfast.queue.outcome', outcome);
    },
  };
}
