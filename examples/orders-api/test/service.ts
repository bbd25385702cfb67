import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from './client.ts';
import { Contract } from './contract.ts';
import { type PricingServer, startPricingServer } from './pricing-server.ts';
import { type Program, runService, stopService } from './program.ts';

export const ADMIN_KEY = 'the-admin-key-0123456789';
export const METRICS_KEY = 'the-metrics-key-0123456789';

/** The service as its users see it, with a pricing service that can be told to fail. */
export interface TestService extends AsyncDisposable {
  readonly program: Program;
  readonly contract: Contract;
  readonly pricing: PricingServer;
  readonly acme: Client;
  readonly globex: Client;
  readonly admin: Client;
  readonly anyone: Client;
}

/** @param where `DATABASE_URL` and `REDIS_URL`; without them everything lies in a temporary folder */
export async function startTestService(where: Readonly<Record<string, string>> = {}): Promise<TestService> {
  const folder = mkdtempSync(join(tmpdir(), 'orders-api-test-'));
  const pricing = await startPricingServer();
  const program = runService({ ...environment(folder, pricing.url), ...where });
  const url = await program.url;
  const contract = new Contract();
  return {
    program,
    contract,
    pricing,
    acme: createClient(url, contract, { 'x-api-key': demoKey(program, 'acme') }),
    globex: createClient(url, contract, { 'x-api-key': demoKey(program, 'globex') }),
    admin: createClient(url, contract, { 'x-admin-key': ADMIN_KEY }),
    anyone: createClient(url, contract, {}),
    async [Symbol.asyncDispose]() {
      await stopService(program);
      await pricing[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function environment(folder: string, pricingUrl: string): Record<string, string> {
  return {
    NODE_ENV: 'development',
    PORT: '0',
    HOLDFAST_DATA_DIR: folder,
    ADMIN_KEY,
    METRICS_API_KEY: METRICS_KEY,
    PRICING_URL: pricingUrl,
    // It fails on command, and is not away because the machine is busy.
    PRICING_TIMEOUT_MS: '30000',
    PRICING_DEADLINE_MS: '60000',
    PRICING_RESET_MS: '1',
  };
}

/** Printed once, by the first start on an empty database. */
export function demoKey(program: Program, tenant: string): string {
  const [, key] = new RegExp(`^demo key of ${tenant}: (\\S+)$`, 'm').exec(program.stdout()) ?? [];
  if (key === undefined) throw new Error(`No key of ${tenant} was printed:\n${program.stdout()}`);
  return key;
}
