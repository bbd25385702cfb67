import { ManualClock } from '@holdfast/context/testing';
import { describe, expect, it } from 'vitest';
import { EndpointLane, type LaneSettings } from './endpoint-lane.ts';
import { createLanes } from './lanes.ts';

const FREE: LaneSettings = { concurrency: 3, ratePerSecond: Number.POSITIVE_INFINITY };
const always = () => true;

function laneOf(settings: Partial<LaneSettings> = {}) {
  const clock = new ManualClock();
  return { clock, lane: new EndpointLane('webhook-endpoint', { ...FREE, ...settings }, clock) };
}

/** Enters as often as it may; how often that was, with what ends each. */
function fill(lane: EndpointLane) {
  const ends: ReturnType<EndpointLane['begin']>[] = [];
  while (lane.tryEnter(always).enter) ends.push(lane.begin());
  return ends;
}

describe('a lane', () => {
  it('begins with one attempt, gets one more with each success up to its concurrency, and one after a failure', () => {
    const { lane } = laneOf();
    const counts: number[] = [];
    for (const verdict of ['good', 'good', 'good', 'bad', 'good'] as const) {
      const ends = fill(lane);
      counts.push(ends.length);
      for (const [index, end] of ends.entries()) end(index === 0 ? verdict : 'unknown');
    }
    expect(counts).toEqual([1, 2, 3, 3, 1]);
  });

  it('is down to one attempt as soon as one under way takes a second', async () => {
    const { lane, clock } = laneOf();
    fill(lane)[0]?.('good');
    expect(lane.tryEnter(always).enter).toBe(true);
    lane.begin();
    await clock.advance(1001);
    expect(lane.isSuspect(clock.now())).toBe(true);
    expect(lane.tryEnter(always).enter).toBe(false);
  });

  it('gives each who must wait a turn of his own', () => {
    const { lane } = laneOf();
    fill(lane);
    const waits = Array.from({ length: 4 }, () => lane.peek(0) ?? 0);
    expect(new Set(waits).size).toBe(4);
    expect([...waits].sort((one, other) => one - other)).toEqual(waits);
  });

  it('lets few wait in their places until an attempt ends, a quarter of a second at most, once it has answered well', async () => {
    const { lane, clock } = laneOf({ concurrency: 2 });
    expect(lane.wait()).toBeUndefined();
    fill(lane)[0]?.('good');
    const [end] = fill(lane);
    const woken: number[] = [];
    for (let index = 0; index < 4; index += 1) void lane.wait()?.then(() => woken.push(index));
    expect(lane.wait()).toBeUndefined();
    end?.('good');
    await Promise.resolve();
    expect(woken).toEqual([0]);
    await clock.advance(250);
    expect(woken).toEqual([0, 1, 2, 3]);
  });

  it('lets nobody in while its endpoint asked for a pause', async () => {
    const { lane, clock } = laneOf();
    lane.pause(5000);
    expect(lane.tryEnter(always)).toMatchObject({ enter: false });
    await clock.advance(4999);
    expect(lane.tryEnter(always).enter).toBe(false);
    await clock.advance(2);
    expect(lane.tryEnter(always).enter).toBe(true);
  });

  it('keeps to the rate of its endpoint', async () => {
    const { lane, clock } = laneOf({ ratePerSecond: 2 });
    let attempts = 0;
    for (let ms = 0; ms < 10_000; ms += 50) {
      if (lane.tryEnter(always).enter) {
        attempts += 1;
        lane.begin()('good');
      }
      await clock.advance(50);
    }
    expect(attempts).toBe(20);
  });

  it('opens its circuit after five failures in a row', async () => {
    const { lane } = laneOf();
    const failing = () =>
      lane.breaker.execute(() => Promise.reject(new Error('no'))).catch((error: Error) => error.name);
    for (let index = 0; index < 5; index += 1) expect(await failing()).toBe('Error');
    expect(await failing()).toBe('CircuitOpenError');
  });
});

describe('the lanes of a process', () => {
  it('leave three quarters of the places to endpoints that are not suspect', async () => {
    const clock = new ManualClock();
    const lanes = createLanes(8, 'webhook-endpoint', clock);
    for (const id of ['a', 'b', 'c']) {
      const lane = lanes.of(id, FREE);
      lane.begin()('bad');
    }
    const place = (isSuspect: boolean) => !isSuspect || lanes.hasSuspectPlace();
    const entered = ['a', 'b', 'c'].map((id) => {
      const lane = lanes.of(id, FREE);
      const { enter } = lane.tryEnter(place);
      if (enter) lane.begin();
      return enter;
    });
    expect(entered).toEqual([true, true, false]);
    expect(lanes.of('healthy', FREE).tryEnter(place).enter).toBe(true);
    lanes.close();
  });

  it('forget an endpoint that was quiet for five minutes, and none that has something to remember', async () => {
    const clock = new ManualClock();
    const lanes = createLanes(8, 'webhook-endpoint', clock);
    lanes.of('quiet', FREE).begin()('good');
    lanes.of('busy', FREE).begin();
    lanes.of('paused', FREE).pause(3_600_000);
    await clock.advance(420_000);
    expect(['quiet', 'busy', 'paused'].map((id) => lanes.find(id) !== undefined)).toEqual([
      false,
      true,
      true,
    ]);
    lanes.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
