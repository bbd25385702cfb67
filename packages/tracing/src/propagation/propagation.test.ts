import { EventEmitter } from 'node:events';
import {
  createTraceContext,
  extractTraceContext,
  getBaggage,
  getCurrentTrace,
  getTraceHeaders,
  runWithTrace,
  setBaggageEntry,
  toCarrier,
} from '@holdfast/context';
import { contextStorage } from '@holdfast/context/storage';
import {
  baggageEntryMetadataFromString,
  context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
  trace,
} from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Recording, startRecording } from '../../test/recording.ts';
import { withSpan } from '../index.ts';
import { suppressTracing } from './suppression.ts';
import { W3cTraceState } from './trace-state.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

let recording: Recording;

beforeEach(async () => {
  recording = await startRecording();
});

afterEach(() => recording.stop());

describe('the global propagator', () => {
  it('writes the headers that the context itself writes', () => {
    runWithTrace(createTraceContext({ traceState: 'vendor=1' }), () =>
      withSpan('work', () => {
        const carrier: Record<string, string> = {};
        propagation.inject(context.active(), carrier);
        const { traceparent, tracestate } = getTraceHeaders();
        expect(carrier).toEqual({ traceparent, tracestate });
        expect(tracestate).toBe('vendor=1');
      }),
    );
  });

  it('writes those of a context without a span, and none outside of a context', () => {
    const carrier: Record<string, string> = {};
    propagation.inject(ROOT_CONTEXT, carrier);
    expect(carrier).toEqual({});
    runWithTrace(createTraceContext({ traceId: TRACE, spanId: SPAN, traceFlags: 1 }), () => {
      propagation.inject(context.active(), carrier);
    });
    expect(carrier).toEqual({ traceparent: `00-${TRACE}-${SPAN}-01` });
  });

  it('writes nothing where tracing is suppressed', () => {
    withSpan('work', () => {
      const carrier: Record<string, string> = {};
      propagation.inject(suppressTracing(context.active()), carrier);
      expect(carrier).toEqual({});
    });
  });

  it('reads a remote parent, level 2 state included', () => {
    const carrier = { traceparent: `00-${TRACE}-${SPAN}-03`, tracestate: '0vendor@sys=1,b=2' };
    const span = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, carrier));
    expect(span).toMatchObject({ traceId: TRACE, spanId: SPAN, traceFlags: 3, isRemote: true });
    expect(span?.traceState?.serialize()).toBe('0vendor@sys=1,b=2');
  });

  it.each([
    ['a malformed header', 'nonsense'],
    ['the version ff', `ff-${TRACE}-${SPAN}-01`],
    ['an all-zero trace', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['two headers', [`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-01`]],
  ])('leaves the context as it is for %s', (_what, traceparent) => {
    const carrier = { traceparent };
    expect(propagation.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter)).toBe(ROOT_CONTEXT);
  });

  it('drops a malformed tracestate whole and keeps the parent', () => {
    const carrier = { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'ok=1,BAD=2' };
    const span = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, carrier));
    expect([span?.traceId, span?.traceState]).toEqual([TRACE, undefined]);
  });

  it('hands on what it has read, through spans in between', async () => {
    const carrier = { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'a=1' };
    const out: Record<string, string> = {};
    context.with(propagation.extract(ROOT_CONTEXT, carrier), () =>
      withSpan('work', () => propagation.inject(context.active(), out, defaultTextMapSetter)),
    );
    const span = await recording.span('work');
    expect(span).toMatchObject({ traceId: TRACE, parentSpanId: SPAN });
    expect(out).toEqual({ traceparent: `00-${TRACE}-${span.spanId}-01`, tracestate: 'a=1' });
    expect(propagation.fields()).toEqual(['traceparent', 'tracestate']);
  });
});

describe('a trace state', () => {
  it('can be read and changed as the API says', () => {
    const state = new W3cTraceState('a=1,b=2');
    expect([state.get('a'), state.get('c')]).toEqual(['1', undefined]);
    expect(state.set('b', '3').serialize()).toBe('b=3,a=1');
    expect(state.set('NO', 'x').serialize()).toBe('a=1,b=2');
    expect(state.unset('a').serialize()).toBe('b=2');
    expect(state.unset('a').unset('b').serialize()).toBe('');
    expect(state.serialize()).toBe('a=1,b=2');
  });
});

describe('the context manager', () => {
  const KEY = Symbol.for('app.key');

  it('is the storage of the context: a scope is a Context', () => {
    runWithTrace(createTraceContext({ requestId: 'r' }), () => {
      expect(context.active()).toBe(contextStorage.getStore());
      context.with(context.active().setValue(KEY, 'v'), () => {
        expect(context.active().getValue(KEY)).toBe('v');
        expect(getCurrentTrace()?.requestId).toBe('r');
      });
    });
  });

  it('takes a context made elsewhere, and empties the storage for the root', () => {
    context.with(ROOT_CONTEXT.setValue(KEY, 'v'), () => expect(context.active().getValue(KEY)).toBe('v'));
    runWithTrace(createTraceContext(), () =>
      context.with(ROOT_CONTEXT, () => {
        expect(context.active()).toBe(ROOT_CONTEXT);
        expect(getCurrentTrace()).toBeUndefined();
      }),
    );
  });

  it('passes this and arguments on', () => {
    const self = { factor: 2 };
    function times(this: { factor: number }, value: number): number {
      return this.factor * value;
    }
    expect(context.with(context.active(), times, self, 21)).toBe(42);
  });

  it('binds a function', () => {
    const bound = runWithTrace(createTraceContext({ requestId: 'bound' }), () =>
      context.bind(context.active(), (suffix: string) => `${getCurrentTrace()?.requestId}${suffix}`),
    );
    expect(bound('!')).toBe('bound!');
    expect(bound).toHaveLength(1);
    expect(context.bind(ROOT_CONTEXT, 5)).toBe(5);
  });

  it('binds an emitter, whose listeners can still be removed', () => {
    const emitter = new EventEmitter();
    const seen: string[] = [];
    const listener = (name: string) => void seen.push(`${name} ${getCurrentTrace()?.requestId}`);
    runWithTrace(createTraceContext({ requestId: 'r' }), () => context.bind(context.active(), emitter));
    context.bind(ROOT_CONTEXT, emitter);
    emitter.on('a', listener);
    emitter.once('b', listener);
    emitter.once('c', listener);
    emitter.emit('a', 'a');
    emitter.emit('b', 'b');
    emitter.emit('b', 'again');
    emitter.off('a', listener);
    emitter.removeListener('c', listener);
    emitter.emit('a', 'gone');
    emitter.emit('c', 'gone');
    expect(seen).toEqual(['a r', 'b r']);
    expect(emitter.eventNames()).toEqual([]);
  });

  it('makes no span where tracing is suppressed', async () => {
    context.with(suppressTracing(context.active()), () => {
      expect(trace.getTracer('x').startSpan('hidden').isRecording()).toBe(false);
    });
    expect(await recording.spans()).toEqual([]);
  });
});

describe('a trace that is not sampled', () => {
  it('is handed on with its id and the flag off, and records nothing', async () => {
    const carrier: Record<string, string> = {};
    runWithTrace(createTraceContext({ traceId: TRACE, parentSpanId: SPAN, traceFlags: 0 }), () =>
      withSpan('work', (span) => {
        expect(span.isRecording()).toBe(false);
        propagation.inject(context.active(), carrier);
        expect(carrier['traceparent']).toBe(`00-${TRACE}-${span.spanContext().spanId}-00`);
        expect(getCurrentTrace()?.spanId).toBe(span.spanContext().spanId);
      }),
    );
    expect(await recording.spans()).toEqual([]);
  });
});

describe('the baggage of the OpenTelemetry API', () => {
  const trustedHosts = ['stock.internal'];
  const sentTo = (host: string) => getTraceHeaders({ host, trustedHosts }).baggage;

  it('shows the baggage of the request', () => {
    const init = extractTraceContext({ baggage: 'tier=gold;ttl=30' }, { trusted: true });
    runWithTrace(createTraceContext(init), () =>
      withSpan('work', () => {
        const entry = propagation.getActiveBaggage()?.getEntry('tier');
        expect([entry?.value, entry?.metadata?.toString()]).toEqual(['gold', 'ttl=30']);
      }),
    );
  });

  it('that is set for a function counts inside of it: for getBaggage(), jobs and hosts on the allow-list', () => {
    runWithTrace(createTraceContext(), () => {
      setBaggageEntry('tier', 'gold');
      const baggage = propagation.createBaggage({
        plan: { value: 'a b', metadata: baggageEntryMetadataFromString('private') },
      });
      context.with(propagation.setBaggage(context.active(), baggage), () =>
        withSpan('work', () => {
          expect(getBaggage()).toEqual([{ key: 'plan', value: 'a b', properties: [{ key: 'private' }] }]);
          expect(sentTo('stock.internal')).toBe('plan=a%20b;private');
          expect(sentTo('example.com')).toBeUndefined();
          expect(toCarrier().baggage).toBe('plan=a%20b;private');
          setBaggageEntry('more', '1');
          expect(propagation.getActiveBaggage()?.getEntry('more')?.value).toBe('1');
        }),
      );
      expect(sentTo('stock.internal')).toBe('tier=gold');
      context.with(propagation.deleteBaggage(context.active()), () => expect(getBaggage()).toEqual([]));
    });
  });

  it('counts outside of a request, too', () => {
    const baggage = propagation.createBaggage({ tier: { value: 'gold' } });
    context.with(propagation.setBaggage(ROOT_CONTEXT, baggage), () =>
      expect(getBaggage()).toEqual([{ key: 'tier', value: 'gold', properties: [] }]),
    );
  });

  it('is not written by the propagator, which does not know the host, nor read by it', () => {
    runWithTrace(createTraceContext(), () => {
      setBaggageEntry('tier', 'gold');
      const carrier: Record<string, string> = {};
      propagation.inject(context.active(), carrier);
      expect(Object.keys(carrier)).toEqual(['traceparent']);
    });
    const extracted = propagation.extract(ROOT_CONTEXT, { baggage: 'tier=gold' });
    expect(propagation.getBaggage(extracted)).toBeUndefined();
  });
});
