import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { ManualClock } from '@holdfast/context/testing';
import { type CircuitBreakerOptions, createCircuitBreaker } from '@holdfast/resilience';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Circuit,
  createJobQueue,
  type JobQueue,
  type JobQueueOptions,
  type JobSettled,
} from '../src/index.ts';
import { type RunningEngine, STORES } from './engines.ts';
import { collectFacts, type Facts } from './facts.ts';

class FakeCircuit extends EventEmitter implements Circuit {
  state = 'CLOSED';
  become(state: string): void {
    this.state = state;
    this.emit('stateChange', state);
  }
}

describe.each(STORES.filter((engine) => engine.available))(
  'a worker with a circuit on $name',
  ({ start }) => {
    let engine: RunningEngine;
    let queueName: string;
    let queue: JobQueue<number>;
    let settled: Facts<JobSettled>;
    beforeAll(async () => {
      engine = await start();
    });
    afterAll(() => engine.stop());
    beforeEach(() => {
      queueName = `q-${randomUUID()}`;
      settled = collectFacts<JobSettled>('holdfast:queue:settled', queueName);
    });
    afterEach(async () => {
      settled[Symbol.dispose]();
      await queue.close();
    });

    function create(options: Partial<JobQueueOptions<number>>): void {
      queue = createJobQueue<number>({
        queueName,
        ...engine.where,
        enqueueTimeoutMs: 20_000,
        ...options,
      });
    }

    it('takes no job while it is open, goes on when it closes, and spends no attempt', async () => {
      const circuit = new FakeCircuit();
      circuit.become('OPEN');
      create({ circuit });
      const attempts: number[] = [];
      await queue.startWorker((job) => void attempts.push(job.attempt));
      for (let index = 0; index < 5; index += 1) await queue.add('any', index);
      expect((await queue.getMetrics()).counts.waiting).toBeGreaterThan(0);
      expect(attempts).toEqual([]);
      circuit.become('CLOSED');
      await settled.count(5);
      expect(attempts).toEqual([1, 1, 1, 1, 1]);
    });

    it('lets one job at a time through while it is half-open', async () => {
      const circuit = new FakeCircuit();
      circuit.become('HALF_OPEN');
      create({ circuit, concurrency: 5 });
      let running = 0;
      let most = 0;
      for (let index = 0; index < 4; index += 1) await queue.add('any', index);
      await queue.startWorker(async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
      });
      await settled.count(4);
      expect(most).toBe(1);
    });

    it('tries an open circuit with one job after its open time, and goes on when that closes it', async () => {
      let broken = true;
      const options: Partial<CircuitBreakerOptions<[number], never>> = {
        name: `c-${randomUUID()}`,
        resetTimeout: 300,
        volumeThreshold: 1,
        successThreshold: 1,
      };
      const breaker = createCircuitBreaker(
        async (value: number) => {
          if (broken) throw new Error('down');
          return value;
        },
        options as CircuitBreakerOptions<[number], never>,
      );
      create({ circuit: breaker, concurrency: 2, maxRetries: 100, backoff: { initialDelayMs: 1 } });
      for (let index = 0; index < 6; index += 1) await queue.add('any', index);
      await queue.startWorker((job) => breaker.fire(job.data));
      await settled.until((all) => all.some(({ outcome }) => outcome === 'retried'));
      expect(breaker.state).toBe('OPEN');
      broken = false;
      const all = await settled.until(
        (facts) => facts.filter(({ outcome }) => outcome === 'completed').length === 6,
      );
      // Without the gate each of the six would have been parked again and again.
      expect(all.filter(({ outcome }) => outcome === 'parked').length).toBeLessThanOrEqual(4);
    });

    it('can be closed while its circuit is open', async () => {
      const circuit = new FakeCircuit();
      circuit.become('OPEN');
      create({ circuit });
      await queue.add('any', 1);
      await queue.startWorker(() => undefined);
      await queue.close();
      expect(circuit.listenerCount('stateChange')).toBe(0);
      create({});
      await queue.startWorker(() => undefined);
      expect((await settled.count(1))[0]?.outcome).toBe('completed');
    });
  },
);

describe('the circuit of a worker by name', () => {
  it('is followed through the facts of the resilience package', async () => {
    const { channel } = await import('node:diagnostics_channel');
    const { resolveCircuit } = await import('../src/worker/circuit.ts');
    const { CircuitGate } = await import('../src/worker/circuit-gate.ts');
    const told: boolean[] = [];
    const clock = new ManualClock();
    const gate = new CircuitGate(resolveCircuit('payments'), clock, (shut) => told.push(shut));
    const say = (name: string, to: string) => channel('holdfast:resilience:transition').publish({ name, to });
    say('other', 'OPEN');
    expect(gate.admits('a')).toBe(true);
    say('payments', 'OPEN');
    expect(gate.admits('a')).toBe(false);
    await clock.advance(1000);
    expect(gate.admits('a')).toBe(true);
    expect(gate.admits('b')).toBe(false);
    gate.ended('a', 5000);
    await clock.advance(4999);
    expect(gate.admits('b')).toBe(false);
    await clock.advance(1);
    expect(gate.admits('b')).toBe(true);
    say('payments', 'CLOSED');
    expect(gate.admits('c')).toBe(true);
    gate.close();
    say('payments', 'OPEN');
    expect(gate.admits('c')).toBe(true);
    expect(clock.pendingTimers).toBe(0);
    expect(told.at(-1)).toBe(false);
  });

  it('refuses what is neither a circuit nor a name', () => {
    const create = () => createJobQueue({ queueName: 'q', backend: { file: 'never' }, circuit: 7 as never });
    expect(create).toThrow('circuit must be a circuit breaker, with state and on(), or the name of one.');
  });
});
