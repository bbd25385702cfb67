import { describe, expect, it } from 'vitest';
import { readCarrier, writeMetadata } from './job-metadata.ts';

describe('the metadata of a job', () => {
  const carrier = {
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    tenantId: 'acme',
  };

  it('is the carrier as JSON, as BullMQ tracers expect it, with a token beside', () => {
    expect(writeMetadata(carrier, 'tok')).toBe(
      '{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","tenantId":"acme","holdfast":"tok"}',
    );
  });

  it('gives the carrier back', () => {
    const metadata = writeMetadata(carrier, 'tok');
    expect(readCarrier(metadata)).toEqual(carrier);
  });

  it('holds a correlation id only where it is not the request id, and gives both back', () => {
    const one = { ...carrier, requestId: 'req-1', correlationId: 'req-1' };
    const two = { ...carrier, requestId: 'req-1', correlationId: 'order-7' };
    expect(writeMetadata(one, 'tok')).toBe(
      '{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","tenantId":"acme","requestId":"req-1","holdfast":"tok"}',
    );
    expect(readCarrier(writeMetadata(one, 'tok'))).toEqual(one);
    expect(readCarrier(writeMetadata(two, 'tok'))).toEqual(two);
  });

  it.each([undefined, '', '{', 'null', '[]', '7', '"text"'])('that is %s holds nothing', (metadata) => {
    expect(readCarrier(metadata)).toEqual({});
  });
});
