import type { Clock, Timer } from '@holdfast/context/clock';
import { EndpointLane, type LaneSettings } from './endpoint-lane.ts';

/** Of the places of a process, what endpoints may hold together whose last attempt failed or was slow. */
const SUSPECT_RATIO = 0.25;
const SWEEP_MS = 60_000;
const FORGET_AFTER_MS = 300_000;

/** The lanes of every endpoint in this process. */
export interface Lanes {
  /** The lane of an endpoint that was delivered to lately. */
  find(endpointId: string): EndpointLane | undefined;
  of(endpointId: string, settings: LaneSettings): EndpointLane;
  /** Whether there is a place for an endpoint that is suspect. */
  hasSuspectPlace(): boolean;
  forget(endpointId: string): void;
  close(): void;
}

/**
 * @param places attempts that this process makes at once
 * @param circuitName of every circuit: one name for all, so that no metric grows with the endpoints
 */
export function createLanes(places: number, circuitName: string, clock: Clock): Lanes {
  const lanes = new Map<string, EndpointLane>();
  const suspectPlaces = Math.max(1, Math.floor(places * SUSPECT_RATIO));
  let timer: Timer | undefined;

  /** An endpoint that was quiet for long is as good as a new one. */
  function sweep(): void {
    const before = clock.now() - FORGET_AFTER_MS;
    for (const [id, lane] of lanes) if (lane.isIdleSince(before)) lanes.delete(id);
    timer = lanes.size > 0 ? clock.setTimer(sweep, SWEEP_MS) : undefined;
  }

  return {
    find: (endpointId) => lanes.get(endpointId),
    of: (endpointId, settings) => {
      let lane = lanes.get(endpointId);
      if (lane === undefined) {
        lane = new EndpointLane(circuitName, settings, clock);
        lanes.set(endpointId, lane);
        timer ??= clock.setTimer(sweep, SWEEP_MS);
      } else lane.settings = settings;
      return lane;
    },
    hasSuspectPlace: () => {
      const now = clock.now();
      let held = 0;
      for (const lane of lanes.values()) if (lane.active > 0 && lane.isSuspect(now)) held += lane.active;
      return held < suspectPlaces;
    },
    forget: (endpointId) => void lanes.delete(endpointId),
    close: () => timer?.cancel(),
  };
}
