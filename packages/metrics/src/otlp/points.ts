import { setImmediate } from 'node:timers/promises';
import type { DataPoint } from '@opentelemetry/sdk-metrics';
import { hrTime } from './metric-data.ts';
import type { StartTimes } from './start-times.ts';

type Times = Pick<DataPoint<unknown>, 'startTime' | 'endTime'>;

/** What every point of one collection needs. */
export interface Points {
  /** Of a series that accumulates. */
  since(metric: string, series: string, total: number): Times;
  /** Of a series that does not. */
  now(): Times;
  /** Labels as attributes; an empty label is to Prometheus the same as none. */
  attributes(labels: Readonly<Record<string, unknown>>): Record<string, string>;
  /** Gives the event loop its turn now and then; called once per point. */
  breathe(): Promise<void> | undefined;
}

/** About 2 ms of work. */
const POINTS_PER_SLICE = 1000;

export interface PointsOptions {
  readonly starts: StartTimes;
  /** Epoch ms. */
  readonly at: number;
  readonly defaultLabels: Readonly<Record<string, unknown>>;
}

export function createPoints({ starts, at, defaultLabels }: PointsOptions): Points {
  const endTime = hrTime(at);
  let made = 0;
  return {
    since: (metric, series, total) => ({
      startTime: hrTime(starts.startOf(metric, series, total)),
      endTime,
    }),
    now: () => ({ startTime: endTime, endTime }),
    attributes(labels) {
      const attributes: Record<string, string> = {};
      for (const [name, value] of Object.entries({ ...defaultLabels, ...labels })) {
        const text = String(value);
        if (text !== '') attributes[name] = text;
      }
      return attributes;
    },
    breathe() {
      made += 1;
      return made % POINTS_PER_SLICE === 0 ? setImmediate() : undefined;
    },
  };
}
