import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceOf } from './difference.ts';
import { parseExposition } from './exposition.ts';
import { quantileOf } from './quantile.ts';
import { reportOf } from './report.ts';

const look = (at: number, text: string) => ({ at, exposition: parseExposition(text) });

describe('the reader of a scrape', () => {
  it('reads escaped label values, special numbers, timestamps and braces inside of quotes', () => {
    const { samples } = parseExposition('a{b="x\\"}\\\\\\ny",c="}"} +Inf 1700000000\nd NaN\ne 1.5e3\n');
    expect(samples.get('a')).toEqual([{ labels: { b: 'x"}\\\ny', c: '}' }, value: Infinity }]);
    expect(samples.get('d')?.[0]?.value).toBeNaN();
    expect(samples.get('e')).toEqual([{ labels: {}, value: 1500 }]);
  });

  it('passes over lines that are none', () => {
    expect([...parseExposition('<html>\n# TYPE x counter\nx\ny{a="1" 2\nz 3 \n\n').samples.keys()]).toEqual([
      'z',
    ]);
  });

  it('never throws, whatever it is given', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseExposition(text)));
  });
});

describe('growth', () => {
  it('is what a counter has gained, and all of it after a restart or for a new series', () => {
    const { grown } = differenceOf(
      look(0, 'c{a="1"} 10\nc{a="2"} 10\n'),
      look(1000, 'c{a="1"} 14\nc{a="2"} 3\nc{a="3"} 5\n'),
    );
    expect(grown('c').map(({ value }) => value)).toEqual([4, 3, 5]);
    expect(grown('unknown')).toEqual([]);
  });
});

describe('a quantile', () => {
  const buckets = (counts: readonly [string, number][]) =>
    counts.map(([le, value]) => ({ labels: { le }, value }));

  it('lies on the line between two bounds', () => {
    expect(
      quantileOf(
        0.5,
        buckets([
          ['10', 0],
          ['20', 100],
          ['+Inf', 100],
        ]),
      ),
    ).toBe(15);
    expect(
      quantileOf(
        0.95,
        buckets([
          ['10', 90],
          ['20', 100],
          ['+Inf', 100],
        ]),
      ),
    ).toBe(15);
  });

  it('is the highest finite bound when it lies above that', () => {
    expect(
      quantileOf(
        0.99,
        buckets([
          ['10', 50],
          ['+Inf', 100],
        ]),
      ),
    ).toBe(10);
  });

  it('is not there where nothing was measured', () => {
    expect(
      quantileOf(
        0.5,
        buckets([
          ['10', 0],
          ['+Inf', 0],
        ]),
      ),
    ).toBeUndefined();
    expect(quantileOf(0.5, [])).toBeUndefined();
  });
});

describe('the report', () => {
  const BEFORE = `
# HELP circuit_breaker_state State of the circuit: 0 closed, 1 half-open, 2 open.
http_connections_active{service="shop"} 1
http_requests_total{service="shop",method="GET",route="/a",status_code="200"} 100
http_request_duration_seconds_bucket{method="GET",route="/a",status_code="200",le="0.1"} 100
http_request_duration_seconds_bucket{method="GET",route="/a",status_code="200",le="+Inf"} 100
process_cpu_seconds_total 4
`;
  const AFTER = `
# HELP circuit_breaker_state State of the circuit: 0 closed, 1 half-open, 2 open.
http_connections_active{service="shop"} 3
http_requests_total{service="shop",method="GET",route="/a",status_code="200"} 115
http_requests_total{service="shop",method="GET",route="/a",status_code="503"} 5
http_request_duration_seconds_bucket{method="GET",route="/a",status_code="200",le="0.1"} 120
http_request_duration_seconds_bucket{method="GET",route="/a",status_code="200",le="+Inf"} 120
circuit_breaker_state{circuit_name="mail"} 1
circuit_breaker_calls_total{circuit_name="mail",outcome="rejected"} 4
queue_depth{queue="q",state="waiting"} 3
queue_depth{queue="q",state="prioritized"} 2
queue_spool_jobs{queue="q"} 7
dead_letters{queue="q"} 1
queue_jobs_total{queue="q",outcome="completed"} 6
cache_requests_total{cache="c",outcome="hit"} 3
cache_requests_total{cache="c",outcome="miss"} 1
cache_requests_total{cache="c",outcome="bypass"} 9
process_cpu_seconds_total 5
process_start_time_seconds 100
`;
  const report = reportOf(differenceOf(look(0, BEFORE), look(2000, AFTER)), 190_000);

  it('has rates of the time between the looks, and latencies in ms whatever unit the service shows', () => {
    expect(report.service).toBe('shop');
    expect(report.requests).toEqual({
      perSecond: 10,
      failedRatio: 0.25,
      p50Ms: 50,
      p95Ms: 95,
      p99Ms: 99,
      inProgress: 3,
    });
    expect(report.routes).toMatchObject([{ method: 'GET', route: '/a', perSecond: 10 }]);
    expect(report.process).toMatchObject({ cpu: 0.5, upSeconds: 90, rssBytes: undefined });
  });

  it('reads the state of a circuit as its help text says', () => {
    expect(report.circuits).toMatchObject([{ circuit: 'mail', state: 'half-open', rejectedPerSecond: 2 }]);
    const fractional = reportOf(
      differenceOf(look(0, ''), look(1, 'circuit_breaker_state{circuit_name="mail"} 1\n')),
      0,
    );
    expect(fractional.circuits[0]?.state).toBe('open');
  });

  it('has queues with their dead letters and spool, and caches without what went past them', () => {
    expect(report.queues).toMatchObject([
      { queue: 'q', waiting: 5, spooled: 7, deadLetters: 1, donePerSecond: 3 },
    ]);
    expect(report.caches).toMatchObject([{ cache: 'c', hitRatio: 0.75 }]);
  });
});
