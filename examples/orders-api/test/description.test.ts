import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startService } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { readOpenApi } from '../src/openapi.ts';
import { Contract } from './contract.ts';
import { environment } from './service.ts';

/** What is read of an Express router: `rawPath` is the pattern under which a layer was mounted. */
interface Layer {
  readonly rawPath?: string;
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
  readonly handle?: { readonly stack?: readonly Layer[] };
}

/** `GET /orders/{id}`, for every route of the application. */
function routesOf(stack: readonly Layer[], prefix = ''): string[] {
  return stack.flatMap(({ rawPath = '', route, handle }) => {
    const path = prefix + (rawPath === '/' ? '' : rawPath);
    if (route === undefined) return routesOf(handle?.stack ?? [], path);
    const methods = Object.keys(route.methods).filter((method) => route.methods[method] === true);
    return methods.map((method) => `${method.toUpperCase()} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
  });
}

async function routesOfTheService(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'orders-api-routes-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { app, lifecycle } = await startService(readConfig(environment(folder, 'http://127.0.0.1:9')));
  const routes = routesOf((app as unknown as { router: { stack: Layer[] } }).router.stack);
  await lifecycle.shutdown('test');
  return routes;
}

describe('openapi.yaml', () => {
  it('is a description that OpenAPI 3.1 allows', async () => {
    const { valid, errors } = await new Validator().validate({ ...readOpenApi() });
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  it('names every route of the running service and nothing else', async () => {
    // Probes and metrics are answered before the router; that each is there shows in the suites of the service.
    const outside = /^GET \/(?:health|metrics)/;
    const described = new Contract().operations().map(({ method, path }) => `${method} ${path}`);
    const routes = await routesOfTheService();
    expect(routes.sort()).toEqual(described.filter((operation) => !outside.test(operation)).sort());
  });
});
