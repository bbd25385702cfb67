import {
  createTraceContext,
  fromCarrier,
  getCurrentTenantId,
  getCurrentTrace,
  getTraceLogFields,
  injectTraceHeaders,
  runWithTrace,
  setTraceAttribute,
  toCarrier,
} from '@holdfast/context';
import { describe, expect, it } from 'vitest';

describe('the usage examples of the requirement documents', () => {
  it('000: a context with tenant and user, an async operation inside it', async () => {
    const ctx = createTraceContext({ tenantId: 'guild-123', userId: 'user-456' });
    const result = await runWithTrace(ctx, async () => {
      await Promise.resolve();
      setTraceAttribute('guild.size', 12);
      return { tenantId: getCurrentTenantId(), attributes: { ...getCurrentTrace()?.attributes } };
    });
    expect(result).toEqual({ tenantId: 'guild-123', attributes: { 'guild.size': 12 } });
  });

  it('000: the fields of a log line', () => {
    const includeTrace = true;
    runWithTrace(createTraceContext({ tenantId: 'guild-123' }), () => {
      const traceFields = includeTrace ? getTraceLogFields() : {};
      expect(Object.keys(traceFields)).toEqual([
        'traceId',
        'spanId',
        'requestId',
        'correlationId',
        'tenantId',
      ]);
    });
  });

  it('002: correlation ids in outgoing requests and in background jobs', () => {
    const context = createTraceContext({ correlationId: 'xyz789' });
    runWithTrace(context, () => {
      const config = { headers: {} as Record<string, unknown> };
      injectTraceHeaders(config.headers);
      expect(config.headers['x-correlation-id']).toBe('xyz789');
      const job = { to: 'a@example.org', carrier: toCarrier() };
      expect(fromCarrier(job.carrier).correlationId).toBe('xyz789');
    });
  });
});
