import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { resolveOptions, TRACING_DEFAULTS } from './options.ts';

describe('options', () => {
  it('have the defaults that the README tells', () => {
    const rows = readFileSync(new URL('../README.md', import.meta.url), 'utf8').split('\n');
    for (const [option, value] of Object.entries(TRACING_DEFAULTS)) {
      const row = rows.find((line) => line.startsWith(`| \`${option}\``))?.replace(/['`]/g, '');
      expect(
        row?.split('|').map((cell) => cell.trim()),
        option,
      ).toContain(String(value));
    }
  });

  it('have these defaults', () => {
    expect(TRACING_DEFAULTS).toEqual({
      serviceName: 'unknown_service:node',
      exporterEndpoint: 'http://localhost:4318',
      compression: 'none',
      sampleRate: 1,
      jobs: 'link',
      exportIntervalMs: 1000,
      maxBatchSpans: 2048,
      maxQueueSpans: 32768,
      exportTimeoutMs: 10000,
      exportThread: true,
      flushTimeoutMs: 5000,
    });
    expect(Object.isFrozen(TRACING_DEFAULTS)).toBe(true);
    const resolved = resolveOptions({}, {});
    expect(resolved).toMatchObject({
      disabled: false,
      destination: { kind: 'otlp' },
      headers: {},
      compression: 'none',
      jobs: 'link',
      exportIntervalMs: 1000,
      maxBatchSpans: 2048,
      maxQueueSpans: 32768,
      exportTimeoutMs: 10000,
      exportThread: true,
      flushTimeoutMs: 5000,
    });
    expect(resolved.url.href).toBe('http://localhost:4318/v1/traces');
    expect(resolved.headSampler.description).toBe('parentbased_always_on');
    expect(resolved.resource['service.name']).toBe('unknown_service:node');
  });

  it('count as absent when they are undefined', () => {
    const env = { OTEL_SERVICE_NAME: 'from-env', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
    const resolved = resolveOptions(
      { serviceName: undefined, exporterEndpoint: undefined, exporter: undefined, sampleRate: undefined },
      env,
    );
    expect(resolved.resource['service.name']).toBe('from-env');
    expect(resolved.url.href).toBe('http://collector:4318/v1/traces');
    expect(resolved.destination).toEqual({ kind: 'otlp' });
  });

  it.each([
    [{ sampleRate: 1.5 }, 'sampleRate: is 1.5; it must be a share from 0 to 1, such as 0.1 for a tenth.'],
    [
      { sampleRate: Number.NaN },
      'sampleRate: is NaN; it must be a share from 0 to 1, such as 0.1 for a tenth.',
    ],
    [{ maxQueueSpans: 0 }, 'maxQueueSpans: is 0; it must be a number of at least 1.'],
    [{ exportIntervalMs: -1 }, 'exportIntervalMs: is -1; it must be a number of at least 0.'],
    [
      { exporterEndpoint: 'collector:4318' },
      'exporterEndpoint: is not an http or https URL, such as http://localhost:4318.',
    ],
    [{ jobs: 'both' as 'link' }, 'jobs: is "both"; it must be one of link, parent.'],
    [{ exporter: 'zipkin' as 'otlp' }, 'exporter: is "zipkin"; it must be one of otlp, console, none.'],
    [{ exporter: { file: '' } }, 'exporter.file: must be the path of the file that spans are appended to.'],
    [
      { exporter: {} as { file: string } },
      "exporter: must be 'otlp', 'console', 'none', { file } or a SpanExporter with an export() method.",
    ],
    [{ compression: 'br' as 'gzip' }, 'compression: is "br"; it must be one of none, gzip.'],
  ])('refuse %j', (options, message) => {
    expect(() => resolveOptions(options, {})).toThrow(
      expect.objectContaining({ name: 'TracingOptionError', code: 'ERR_TRACING_OPTION', message }),
    );
  });

  it('never show an endpoint in a message, since it may hold a password', () => {
    expect(() => resolveOptions({ exporterEndpoint: 'ftp://user:secret@host' }, {})).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('secret') }),
    );
  });
});

describe('the endpoint', () => {
  it.each([
    ['http://jaeger:4318', 'http://jaeger:4318/v1/traces'],
    ['http://jaeger:4318/', 'http://jaeger:4318/v1/traces'],
    ['http://jaeger:4318/v1/traces', 'http://jaeger:4318/v1/traces'],
    ['https://otlp.example/custom/path', 'https://otlp.example/custom/path'],
  ])('%s is posted to as %s', (given, used) => {
    expect(resolveOptions({ exporterEndpoint: given }, {}).url.href).toBe(used);
    expect(resolveOptions({}, { OTEL_EXPORTER_OTLP_ENDPOINT: given }).url.href).toBe(used);
  });

  it('of OTEL_EXPORTER_OTLP_TRACES_ENDPOINT wins over the general one and is taken as it is', () => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:1',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://b:2',
    };
    expect(resolveOptions({}, env).url.href).toBe('http://b:2/');
  });
});

describe('the environment', () => {
  it('fills the resource: OTEL_SERVICE_NAME before OTEL_RESOURCE_ATTRIBUTES, options before both', () => {
    const env = {
      OTEL_SERVICE_NAME: 'named',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,service.version=9,team=a%20b,broken,=none',
    };
    const { resource } = resolveOptions({ serviceVersion: '10', resourceAttributes: { region: 'eu' } }, env);
    expect(resource).toMatchObject({
      'service.name': 'named',
      'service.version': '10',
      team: 'a b',
      region: 'eu',
    });
    expect(Object.keys(resource)).not.toContain('broken');
    expect(resource['telemetry.sdk.version']).toBe(manifest.version);
  });

  it('gives headers, those for traces last', () => {
    const env = {
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%3Db, x = 1',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x=2',
    };
    expect(resolveOptions({}, env).headers).toEqual({ 'api-key': 'a=b', x: '2' });
    expect(resolveOptions({ headers: { only: 'mine' } }, env).headers).toEqual({ only: 'mine' });
  });

  it.each([
    [{ OTEL_TRACES_SAMPLER: 'always_on' }, 'always_on'],
    [{ OTEL_TRACES_SAMPLER: 'always_off' }, 'always_off'],
    [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' }, 'traceidratio'],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_always_on' }, 'parentbased_always_on'],
    [{ OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, 'parentbased_always_off'],
    [
      { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' },
      'parentbased_traceidratio',
    ],
  ])('%j chooses the sampler %s', (env, description) => {
    expect(resolveOptions({}, env).headSampler.description).toBe(description);
  });

  it.each([
    [{ OTEL_TRACES_SAMPLER: 'sometimes' }, 'OTEL_TRACES_SAMPLER'],
    [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '7' }, 'OTEL_TRACES_SAMPLER_ARG'],
    [{ OTEL_BSP_MAX_QUEUE_SIZE: 'many' }, 'OTEL_BSP_MAX_QUEUE_SIZE'],
    [{ OTEL_TRACES_EXPORTER: 'jaeger' }, 'OTEL_TRACES_EXPORTER'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'nowhere' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
  ])('%j is refused by name', (env, option) => {
    expect(() => resolveOptions({}, env)).toThrow(expect.objectContaining({ option }));
  });

  it('sets batch sizes, times, limits and compression', () => {
    const resolved = resolveOptions(
      {},
      {
        OTEL_BSP_MAX_QUEUE_SIZE: '100',
        OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '500',
        OTEL_BSP_SCHEDULE_DELAY: '250',
        OTEL_EXPORTER_OTLP_TIMEOUT: '3000',
        OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
        OTEL_ATTRIBUTE_COUNT_LIMIT: '10',
        OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '20',
        OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '1000',
        OTEL_SPAN_EVENT_COUNT_LIMIT: '5',
        OTEL_SPAN_LINK_COUNT_LIMIT: '6',
      },
    );
    expect(resolved).toMatchObject({
      maxQueueSpans: 100,
      maxBatchSpans: 100,
      exportIntervalMs: 250,
      exportTimeoutMs: 3000,
      compression: 'gzip',
      limits: {
        attributeCount: 20,
        attributeValueLength: 1000,
        eventCount: 5,
        linkCount: 6,
        attributesPerEvent: 10,
        attributesPerLink: 10,
      },
    });
  });

  it('ignores a variable that is empty', () => {
    expect(
      resolveOptions({}, { OTEL_SERVICE_NAME: ' ', OTEL_TRACES_SAMPLER: '' }).resource['service.name'],
    ).toBe('unknown_service:node');
  });

  it('OTEL_SDK_DISABLED=true disables', () => {
    expect(resolveOptions({}, { OTEL_SDK_DISABLED: 'TRUE' }).disabled).toBe(true);
    expect(resolveOptions({}, { OTEL_SDK_DISABLED: '1' }).disabled).toBe(false);
  });
});
