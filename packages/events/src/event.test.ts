import { ManualClock } from '@holdfast/context/testing';
import type { StandardSchema } from '@holdfast/queue';
import { describe, expect, it } from 'vitest';
import { prepareEvent, readEvent } from './event.ts';

const PAID = { type: 'paid', payload: { lines: [1] }, metadata: undefined, key: undefined, id: 'e1' };

function schema(validate: StandardSchema<unknown, unknown>['~standard']['validate']) {
  return { paid: { '~standard': { version: 1 as const, vendor: 'test', validate } } };
}

const prepare = (more: object, schemas: ReturnType<typeof schema> | object = {}, maxPayloadBytes = 1000) =>
  prepareEvent(
    { ...PAID, ...more },
    { schemas: schemas as ReturnType<typeof schema>, maxPayloadBytes, clock: new ManualClock() },
  );

describe('what publish takes', () => {
  it('keeps payload, metadata and the time, and reads them again', async () => {
    const event = await prepare({ metadata: { a: 1 }, key: 'k' });
    expect(readEvent(event)).toEqual({
      id: 'e1',
      eventType: 'paid',
      payload: { lines: [1] },
      metadata: { a: 1 },
      key: 'k',
      publishedAt: 1_767_225_600_000,
      carrier: {},
    });
  });

  it('takes what the schema makes of the payload, at once or later', async () => {
    const doubled = (payload: unknown) => ({ value: [payload, payload] });
    expect(readEvent(await prepare({}, schema(doubled))).payload).toEqual([{ lines: [1] }, { lines: [1] }]);
    const later = prepare(
      {},
      schema(async (payload) => doubled(payload)),
    );
    expect(later).toBeInstanceOf(Promise);
    expect(readEvent(await later).payload).toHaveLength(2);
  });

  it('refuses what does not fit the schema, naming the path', () => {
    const issues = [{ message: 'must be text', path: ['lines', { key: 0 }] }];
    expect(() =>
      prepare(
        {},
        schema(() => ({ issues })),
      ),
    ).toThrow(
      'The event was refused: payload.lines.0 does not fit the schema: must be text. Nothing was published.',
    );
  });

  it('refuses where the schema fails itself', async () => {
    const broken = () => {
      throw new Error('regex');
    };
    expect(() => prepare({}, schema(broken))).toThrow('payload could not be checked');
    await expect(
      prepare(
        {},
        schema(async () => broken()),
      ),
    ).rejects.toMatchObject({
      code: 'ERR_EVENTS_INVALID_EVENT',
      path: 'payload',
    });
  });

  const circle: unknown[] = [];
  circle.push(circle);
  it.each([
    ['type', { type: '' }],
    ['type', { type: 'a\nb' }],
    ['type', { type: 'x'.repeat(201) }],
    ['type', { type: ['a'] }],
    ['key', { key: '\ud800' }],
    ['key', { key: 7 }],
    ['id', { id: 'a/b' }],
    ['id', { id: '' }],
    ['metadata', { metadata: 'text' }],
    ['metadata', { metadata: [1] }],
    ['metadata', { metadata: null }],
    ['payload', { payload: undefined }],
    ['payload', { payload: 1n }],
    ['payload', { payload: circle }],
    ['payload', { payload: () => 1 }],
    ['payload', { payload: 'x'.repeat(1000) }],
  ])('refuses a wrong %s: %#', (path, more) => {
    expect(() => prepare(more)).toThrow(expect.objectContaining({ code: 'ERR_EVENTS_INVALID_EVENT', path }));
  });

  it('does not take a type for a schema that every object has', async () => {
    expect(readEvent(await prepare({ type: 'constructor' })).eventType).toBe('constructor');
    expect(readEvent(await prepare({ type: '__proto__' })).eventType).toBe('__proto__');
  });

  it('says how large a payload may be, and shows nothing of it', () => {
    expect(() => prepare({ payload: 'secret'.repeat(300) })).toThrow(
      /^The event was refused: payload takes \d+ bytes with its metadata and maxPayloadBytes is 1000; store it elsewhere/,
    );
  });
});
