import { describe, expect, it } from 'vitest';
import { goodFacts } from '../../../test/good-facts.ts';
import { jsonReport } from './json.ts';
import { percentile } from './percentiles.ts';
import { makeReport } from './report.ts';
import { svgReport } from './svg.ts';
import { textReport } from './text.ts';
import { circuitTimeline, sampled } from './timeline.ts';

const RUN = { engine: 'sqlite', startedAt: 1000, endedAt: 6000, tookMs: 5400 } as const;

const report = makeReport(goodFacts(), { kills: 1 }, RUN);

describe('percentile', () => {
  it('is the nearest rank', () => {
    const values = [15, 20, 35, 40, 50];
    expect(percentile(values, 0.5)).toBe(35);
    expect(percentile(values, 0.95)).toBe(50);
    expect(percentile(values, 0.2)).toBe(15);
    expect(percentile([], 0.5)).toBe(0);
  });
});

describe('circuitTimeline', () => {
  it('follows the changes from the begin to the end', () => {
    const { segments } = circuitTimeline(goodFacts(), 1000, 6000);
    expect(segments).toEqual([
      { state: 'CLOSED', fromMs: 0, toMs: 1000 },
      { state: 'OPEN', fromMs: 1000, toMs: 2000 },
      { state: 'HALF_OPEN', fromMs: 2000, toMs: 2100 },
      { state: 'OPEN', fromMs: 2100, toMs: 3100 },
      { state: 'HALF_OPEN', fromMs: 3100, toMs: 3200 },
      { state: 'CLOSED', fromMs: 3200, toMs: 5000 },
    ]);
  });

  it('begins a new process with a closed circuit', () => {
    const facts = goodFacts();
    facts.circuit = facts.circuit.slice(0, 1).map((change) => ({ ...change, at: 1200 }));
    expect(circuitTimeline(facts, 1000, 2000).segments).toEqual([
      { state: 'CLOSED', fromMs: 0, toMs: 200 },
      { state: 'OPEN', fromMs: 200, toMs: 500 },
      { state: 'CLOSED', fromMs: 500, toMs: 1000 },
    ]);
  });

  it('draws a short half-open state too', () => {
    const cells = sampled(circuitTimeline(goodFacts(), 1000, 6000), 10);
    expect(cells.join(' ')).toBe('CLOSED CLOSED OPEN OPEN HALF_OPEN OPEN HALF_OPEN CLOSED CLOSED CLOSED');
  });
});

describe('the report', () => {
  it('is one line of JSON with the figures that were promised', () => {
    const line = jsonReport(report);
    expect(line).not.toContain('\n');
    expect(JSON.parse(line)).toMatchObject({
      ok: true,
      accepted: 5,
      effects: 4,
      deadLettered: 1,
      duplicatesRefused: 1,
      forgedRefused: 3,
      lost: 0,
      doubled: 0,
      kills: 1,
      circuit: { opened: 2 },
    });
  });

  it('is not ok when a check does not hold', () => {
    const facts = goodFacts();
    facts.stopCode = 1;
    expect(makeReport(facts, { kills: 1 }, RUN).ok).toBe(false);
  });

  it('is text without a control character where there is no terminal', () => {
    const text = textReport(report, { color: false, width: 100, drawTrace: () => 'request ▇▇▇' });
    expect(text).not.toContain('\u001b');
    expect(text).toContain('5 events accepted');
    expect(text).toContain('request ▇▇▇');
    expect(text).toContain('Nothing lost, nothing doubled; all');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(124);
  });

  it('is a picture that needs nothing else', () => {
    const svg = svgReport(report, '<svg width="400" height="50"></svg>');
    expect(svg.startsWith('<svg ')).toBe(true);
    expect(svg).not.toMatch(/NaN|undefined|href="(?!data:)/);
  });
});
