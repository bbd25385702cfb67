import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Line, lineChart } from './line-chart.ts';
import { END_MS, type OutageRun, STALL_FROM_MS, STALL_TO_MS } from './outage-run.ts';
import { type Answered, p99Of, SLOW_FROM_MS, SLOW_RUN_END_MS, SLOW_TO_MS } from './slow-dependency-run.ts';
import type { TimeSeries } from './time-series.ts';

export interface PlottedRuns {
  readonly holdfast: OutageRun;
  readonly plain: OutageRun;
  readonly normal: readonly Answered[];
  readonly slow: readonly Answered[];
  readonly unprotected: readonly Answered[];
}

const SECOND_MS = 1_000;
const P99_WINDOW_MS = 2_000;

/** Writes the three plots of the documentation into a folder. */
export async function drawPlots(folder: string, runs: PlottedRuns): Promise<void> {
  await mkdir(folder, { recursive: true });
  const write = (name: string, svg: string) => writeFile(join(folder, `${name}.svg`), svg);
  await write('fleet-calls', callsChart(runs));
  await write('fleet-answers', answersChart(runs));
  await write('fleet-slow-dependency', slowDependencyChart(runs));
}

const outageAxis = {
  xLabel: 'seconds',
  xRange: [0, END_MS / SECOND_MS],
  xTick: 15,
  band: { from: STALL_FROM_MS / SECOND_MS, to: STALL_TO_MS / SECOND_MS, label: 'the service stalls' },
} as const;

function callsChart({ holdfast, plain }: PlottedRuns): string {
  return lineChart({
    ...outageAxis,
    title: 'Calls that reach the service: no storm, no herd',
    yLabel: 'calls a second',
    yTicks: [0, 300, 600, 900, 1200, 1500],
    lines: [
      { label: 'what users ask for', colour: 0, dashed: true, points: perSecond(holdfast.offered) },
      { label: 'three attempts, no policy', colour: 2, points: perSecond(plain.calls) },
      { label: 'Holdfast', colour: 1, points: perSecond(holdfast.calls) },
    ],
  });
}

function answersChart({ holdfast, plain }: PlottedRuns): string {
  return lineChart({
    ...outageAxis,
    title: 'Requests that are answered: who comes back after the outage',
    yLabel: 'answers a second',
    yTicks: [0, 100, 200, 300, 400, 500],
    lines: [
      { label: 'what users ask for', colour: 0, dashed: true, points: perSecond(holdfast.offered) },
      { label: 'three attempts, no policy', colour: 2, points: perSecond(plain.answered) },
      { label: 'Holdfast', colour: 1, points: perSecond(holdfast.answered) },
    ],
  });
}

function slowDependencyChart({ normal, slow, unprotected }: PlottedRuns): string {
  return lineChart({
    title: 'Another endpoint of a server, one of whose dependencies becomes slow',
    xLabel: 'seconds',
    yLabel: 'p99, ms (logarithmic)',
    xRange: [0, SLOW_RUN_END_MS / SECOND_MS],
    xTick: 15,
    yTicks: [10, 100, 1_000, 10_000, 100_000],
    logarithmic: true,
    band: { from: SLOW_FROM_MS / SECOND_MS, to: SLOW_TO_MS / SECOND_MS, label: 'the dependency takes 10 s' },
    lines: [
      { label: 'nothing slow', colour: 0, dashed: true, points: p99s(normal) },
      { label: 'unprotected', colour: 2, points: p99s(unprotected) },
      { label: 'Holdfast', colour: 1, points: p99s(slow) },
    ],
  });
}

function perSecond(series: TimeSeries): Line['points'] {
  return Array.from({ length: END_MS / SECOND_MS }, (_, second) => [
    second + 0.5,
    series.between(second * SECOND_MS, (second + 1) * SECOND_MS),
  ]);
}

function p99s(answered: readonly Answered[]): Line['points'] {
  return Array.from({ length: SLOW_RUN_END_MS / P99_WINDOW_MS }, (_, index): [number, number] => {
    const fromMs = index * P99_WINDOW_MS;
    return [(fromMs + P99_WINDOW_MS / 2) / SECOND_MS, p99Of(answered, fromMs, fromMs + P99_WINDOW_MS)];
  }).filter(([, p99]) => !Number.isNaN(p99));
}
