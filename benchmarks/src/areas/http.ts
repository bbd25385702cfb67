import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, startChild } from '../harness/child.ts';
import { interleave } from '../harness/interleave.ts';
import { absolute, atLeast, compared, type Row } from '../harness/rows.ts';
import type { LoadAnswer, LoadQuestion } from '../http/load.ts';
import { REQUEST_PATH } from '../http/routes.ts';
import type { ServerUsage } from '../http/serve.ts';
import type { AreaOptions } from './area.ts';

const DEFAULT_ROUNDS = 8;
const CONNECTIONS = 50;
const ROUND_SECONDS = 3;
const WARM_UP_SECONDS = 3;
/** The default holds request lines for 5 ms or 16 KiB; the peers write each line at once. */
const LOG_BUFFER_BYTES = '65536';

const SERVERS = {
  bare: new URL('../http/server-bare.ts', import.meta.url),
  holdfast: new URL('../http/server-holdfast.ts', import.meta.url),
  buffered: new URL('../http/server-holdfast.ts', import.meta.url),
  otel: new URL('../http/server-otel.ts', import.meta.url),
  peers: new URL('../http/server-peer.ts', import.meta.url),
} as const;

type ServerName = keyof typeof SERVERS;

const TITLES: Readonly<Record<ServerName, string>> = {
  bare: 'bare Express',
  holdfast: 'Express with Holdfast',
  buffered: 'Express with Holdfast, log lines buffered',
  otel: 'OpenTelemetry http + express',
  peers: 'OpenTelemetry + express-prom-bundle + cls-rtracer + pino-http',
};

const NAMES = Object.keys(SERVERS) as ServerName[];

/** What a round shows apart from its throughput. */
interface Observation {
  readonly cpuUsPerRequest: number;
  readonly loopBusy: number;
  readonly spansPerRequest: number;
}

interface Bench {
  readonly load: Child;
  readonly receiver: Child;
  readonly servers: ReadonlyMap<ServerName, { child: Child; url: string }>;
  readonly observations: ReadonlyMap<ServerName, Observation[]>;
}

/** Each server, the load and the OTLP receiver are processes of their own; one server at a time has traffic. */
export async function http({ rounds = DEFAULT_ROUNDS, progress }: AreaOptions): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const children: Child[] = [];
  try {
    const bench = await start(folder, children);
    for (const name of NAMES) {
      progress.step(`http: warm-up, ${TITLES[name]}`);
      await measure(bench, name, WARM_UP_SECONDS);
    }
    for (const seen of bench.observations.values()) seen.length = 0;
    const samples = await interleave(
      {
        bare: () => measure(bench, 'bare', ROUND_SECONDS),
        holdfast: () => measure(bench, 'holdfast', ROUND_SECONDS),
        buffered: () => measure(bench, 'buffered', ROUND_SECONDS),
        otel: () => measure(bench, 'otel', ROUND_SECONDS),
        peers: () => measure(bench, 'peers', ROUND_SECONDS),
      },
      { label: 'http', rounds, progress },
    );
    return [...throughputRows(samples), ...observationRows(bench)];
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function start(folder: string, children: Child[]): Promise<Bench> {
  const begin = async (file: URL, env: Record<string, string> = {}): Promise<Child> => {
    const child = await startChild(file, { env });
    children.push(child);
    return child;
  };
  const receiver = await begin(new URL('../http/receiver.ts', import.meta.url));
  const load = await begin(new URL('../http/load.ts', import.meta.url));
  const otlpUrl = await receiver.ask<string>('url');
  const servers = new Map<ServerName, { child: Child; url: string }>();
  for (const name of NAMES) {
    const child = await begin(SERVERS[name], {
      BENCH_OTLP_URL: otlpUrl,
      BENCH_LOG_FILE: join(folder, `${name}.log`),
      BENCH_LOG_BUFFER_BYTES: name === 'buffered' ? LOG_BUFFER_BYTES : '0',
    });
    servers.set(name, { child, url: `${await child.ask<string>('url')}${REQUEST_PATH}` });
  }
  return { load, receiver, servers, observations: new Map(NAMES.map((name) => [name, []])) };
}

/** Loads one server for a while; requests per second. */
async function measure(bench: Bench, name: ServerName, seconds: number): Promise<number> {
  const server = bench.servers.get(name);
  if (server === undefined) throw new Error(`The server "${name}" was not started.`);
  await bench.receiver.ask('spans');
  await server.child.ask('usage');
  const question: LoadQuestion = { url: server.url, connections: CONNECTIONS, seconds };
  const answer = await bench.load.ask<LoadAnswer>('load', question);
  const usage = await server.child.ask<ServerUsage>('usage');
  await server.child.ask('flush');
  const spans = await bench.receiver.ask<number>('spans');
  if (answer.failed > 0)
    throw new Error(`${TITLES[name]}: ${answer.failed} requests were not answered with 2xx.`);
  bench.observations.get(name)?.push({
    cpuUsPerRequest: usage.cpuUs / answer.requests,
    loopBusy: usage.loopBusy,
    spansPerRequest: spans / answer.requests,
  });
  return answer.requestsPerSecond;
}

function throughputRows(samples: Readonly<Record<ServerName, number[]>>): Row[] {
  const row = (name: ServerName, against: ServerName, target?: number): Row =>
    compared(
      {
        area: 'http',
        case: TITLES[name],
        unit: 'req/s',
        samples: samples[name],
        against: TITLES[against],
        againstSamples: samples[against],
      },
      target === undefined ? undefined : atLeast(target),
    );
  return [
    row('holdfast', 'bare', 0.7),
    row('holdfast', 'peers', 4),
    row('holdfast', 'otel'),
    row('buffered', 'bare'),
    row('otel', 'bare'),
    row('peers', 'bare'),
  ];
}

/** Figures that explain the ratios: what a request costs the server, and whether the server was the bottleneck. */
function observationRows(bench: Bench): Row[] {
  return NAMES.flatMap((name) => {
    const seen = bench.observations.get(name) ?? [];
    const row = (what: string, unit: string, samples: readonly number[]): Row =>
      absolute({ area: 'http', case: `${TITLES[name]}: ${what}`, unit, samples });
    return [
      row(
        'CPU per request',
        'us',
        seen.map((round) => round.cpuUsPerRequest),
      ),
      row(
        'event loop busy',
        'ratio',
        seen.map((round) => round.loopBusy),
      ),
      ...(name === 'bare'
        ? []
        : [
            row(
              'spans received',
              'per request',
              seen.map((round) => round.spansPerRequest),
            ),
          ]),
    ];
  });
}
