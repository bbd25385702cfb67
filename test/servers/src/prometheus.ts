import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './find-program.ts';
import { freePort } from './free-port.ts';

const READY = 'Server is ready to receive web requests';

export interface PrometheusOptions {
  /** `host:port` of what is scraped under `/metrics`. */
  targets: readonly string[];
  /** The content of a rule file. */
  rules?: string;
  /** As Prometheus writes durations. Default `1s`. */
  interval?: string;
  /** How often rules are evaluated. Default `interval`. */
  evaluationInterval?: string;
}

export interface PrometheusSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface PrometheusServer {
  readonly url: string;
  /** The samples of an instant query. @throws Error with what Prometheus has against the query */
  query(expression: string): Promise<PrometheusSample[]>;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
}

/** The path of prometheus, or undefined where it is missing and cannot be installed. */
export function prometheusServer(): string | undefined {
  return findProgram({ program: 'prometheus', aptPackage: 'prometheus' });
}

/** The path of promtool, which comes in the same package. */
export function promtool(): string | undefined {
  return findProgram({ program: 'promtool', aptPackage: 'prometheus' });
}

/** Starts a private Prometheus on loopback and answers when it takes queries. */
export async function startPrometheus(options: PrometheusOptions): Promise<PrometheusServer> {
  const program = prometheusServer();
  if (program === undefined) throw new Error('prometheus is missing: install the package prometheus.');
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-prometheus-'));
  writeConfiguration(directory, options);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(program, commandLine(directory, port), { stdio: ['ignore', 'ignore', 'pipe'] });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  await untilReady(child);
  return {
    url,
    query: (expression) => query(url, expression),
    stop: async () => {
      await end(child);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function writeConfiguration(directory: string, options: PrometheusOptions): void {
  const { targets, rules = 'groups: []\n', interval = '1s', evaluationInterval = interval } = options;
  writeFileSync(join(directory, 'rules.yml'), rules);
  // JSON is YAML.
  const configuration = {
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: evaluationInterval },
    rule_files: ['rules.yml'],
    scrape_configs: [{ job_name: 'holdfast', static_configs: [{ targets }] }],
  };
  writeFileSync(join(directory, 'prometheus.yml'), JSON.stringify(configuration));
}

function commandLine(directory: string, port: number): string[] {
  return [
    `--config.file=${join(directory, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=info',
  ];
}

function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`prometheus ended before it was ready:\n${output}`)));
    child.stderr?.on('data', (chunk: Buffer) => {
      if (output.includes(READY)) return;
      output += chunk.toString();
      if (output.includes(READY)) resolve();
    });
  });
}

interface QueryAnswer {
  readonly error?: string;
  readonly data?: {
    readonly resultType: string;
    readonly result: readonly { metric: Record<string, string>; value: [number, string] }[];
  };
}

async function query(url: string, expression: string): Promise<PrometheusSample[]> {
  const response = await fetch(`${url}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query: expression }),
  });
  const { error, data } = (await response.json()) as QueryAnswer;
  if (data === undefined) throw new Error(`Prometheus refused the query ${expression}: ${error}`);
  return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
