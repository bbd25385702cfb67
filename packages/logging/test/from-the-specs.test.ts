import { createTraceContext, runWithTrace } from '@holdfast/context';
import { createLogger } from '@holdfast/logging';
import { describe, expect, it } from 'vitest';

function captured() {
  const records: Record<string, unknown>[] = [];
  const destination = {
    write: (line: string) => void records.push(JSON.parse(line) as Record<string, unknown>),
  };
  return { records, destination };
}

describe('the usage examples of the requirement documents', () => {
  it('000: a logger takes its message before or after its context', () => {
    const { records, destination } = captured();
    const logger = createLogger({ destination });
    logger.info('message');
    logger.info('message', { context: 1 });
    logger.info({ context: 1 }, 'message');
    expect(records.map(({ msg, context }) => ({ msg, context }))).toEqual([
      { msg: 'message', context: undefined },
      { msg: 'message', context: 1 },
      { msg: 'message', context: 1 },
    ]);
  });

  it('002: a logger is made for a module and writes request, correlation, tenant and user id', () => {
    const { records, destination } = captured();
    const logger = createLogger({ module: 'circuit-breaker', destination });
    const context = createTraceContext({
      requestId: 'abc123',
      correlationId: 'xyz789',
      tenantId: 't1',
      userId: 'u1',
    });
    runWithTrace(context, () => logger.warn('Circuit breaker open, failing fast', { name: 'email-service' }));
    expect(records[0]).toMatchObject({
      module: 'circuit-breaker',
      requestId: 'abc123',
      correlationId: 'xyz789',
      tenantId: 't1',
      userId: 'u1',
      name: 'email-service',
      msg: 'Circuit breaker open, failing fast',
    });
  });

  it('003: a logger is made for a service', () => {
    const { records, destination } = captured();
    const logger = createLogger({ serviceName: 'requests-service', destination });
    logger.warn('Circuit CLOSED -> OPEN');
    expect(records[0]).toMatchObject({
      service: 'requests-service',
      level: 40,
      msg: 'Circuit CLOSED -> OPEN',
    });
  });
});
