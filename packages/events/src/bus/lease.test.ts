import { ManualClock } from '@holdfast/context/testing';
import { describe, expect, it } from 'vitest';
import { Lease } from './lease.ts';

const LEASE_MS = 3000;

/** A lease that another holds, and with what it was asked for. */
function heldByAnother() {
  const clock = new ManualClock();
  const asked: (string | undefined)[] = [];
  const other = { beat: 'other 1' };
  const take = async (stale: string | undefined) => {
    asked.push(stale);
    return { isHeld: stale === other.beat, beat: stale === other.beat ? 'mine' : other.beat };
  };
  return { clock, asked, other, lease: new Lease(take, LEASE_MS, clock) };
}

describe('a lease that another holds', () => {
  it('is asked for three times in its time, and left to a holder that renews it', async () => {
    const { clock, asked, other, lease } = heldByAnother();
    for (let beat = 1; beat < 10; beat += 1) {
      other.beat = `other ${beat}`;
      expect(await lease.hold()).toBe(false);
      expect(await lease.hold()).toBe(false);
      await clock.advance(LEASE_MS / 3);
    }
    expect(asked).toEqual(Array.from({ length: 9 }));
  });

  it('is taken over once nothing has been seen of its holder for its whole time, whatever clocks say', async () => {
    const { clock, asked, lease } = heldByAnother();
    for (let look = 0; look < 3; look += 1) {
      expect(await lease.hold()).toBe(false);
      await clock.advance(LEASE_MS / 3);
    }
    expect(await lease.hold()).toBe(true);
    expect(asked).toEqual([undefined, undefined, undefined, 'other 1']);
  });

  it('is watched for its whole time again after it was lost', async () => {
    const { clock, other, lease } = heldByAnother();
    await lease.hold();
    await clock.advance(LEASE_MS);
    expect(await lease.hold()).toBe(true);
    other.beat = 'other 2';
    await clock.advance(LEASE_MS);
    expect(await lease.hold()).toBe(false);
    await clock.advance(LEASE_MS - 1);
    expect(await lease.hold()).toBe(false);
  });
});
