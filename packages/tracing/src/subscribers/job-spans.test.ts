import { describe, expect, it } from 'vitest';
import { JobSpans } from './job-spans.ts';

const operation = { queue: 'webhooks', jobId: 'evt_1', jobName: 'payment.paid', engine: 'redis' } as const;

describe('what the spans of a kind of job share', () => {
  it('is their name and every attribute but those of the one job', () => {
    const { name, prepared } = new JobSpans('send', 'add', 'send').of(operation);
    expect(name).toBe('send webhooks');
    expect(prepared.attributes).toEqual({
      'messaging.system': 'bullmq',
      'messaging.destination.name': 'webhooks',
      'messaging.operation.name': 'add',
      'messaging.operation.type': 'send',
      'holdfast.queue.job_name': 'payment.paid',
      'holdfast.queue.engine': 'redis',
    });
  });

  it('is prepared once for each queue, job name and engine', () => {
    const spans = new JobSpans('send', 'add', 'send');
    const first = spans.of(operation);
    expect(spans.of({ ...operation, jobId: 'evt_2' })).toBe(first);
    expect(spans.of({ ...operation, queue: 'mails' }).name).toBe('send mails');
    expect(spans.of({ ...operation, jobName: 'payment.failed' })).not.toBe(first);
    expect(spans.of({ ...operation, engine: 'sqlite' }).prepared.attributes['holdfast.queue.engine']).toBe(
      'sqlite',
    );
  });

  it('is kept for a bounded number of job names, since the sender of an event chooses its name', () => {
    const spans = new JobSpans('send', 'add', 'send');
    const first = spans.of(operation);
    for (let i = 0; i < 255; i += 1) spans.of({ ...operation, jobName: `event ${i}` });
    expect(spans.of(operation)).toBe(first);
    spans.of({ ...operation, jobName: 'one more' });
    expect(spans.of(operation)).not.toBe(first);
    expect(spans.of(operation).prepared.attributes).toEqual(first.prepared.attributes);
  });
});
