import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RESILIENCE_DEFAULTS } from '../src/index.ts';

const read = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8');
/** Without the padding of its tables. */
const readme = read('README.md').replace(/ {2,}/g, ' ');

it('names every error code in its README, and no other', () => {
  const codes = (text: string) => [...new Set(text.match(/ERR_[A-Z_]+/g))].sort();
  expect(codes(readme)).toEqual(codes(read('src/errors.ts')));
});

it('gives the defaults of the code in its README', () => {
  const { circuitBreaker, retry, retryBudget, bulkhead } = RESILIENCE_DEFAULTS;
  expect(readme).toContain(`| \`timeout\` | ms or \`false\` | ${circuitBreaker.timeout} |`);
  const { errorThresholdPercentage, failureThreshold, successThreshold, halfOpenMaxCalls } = circuitBreaker;
  expect(readme).toContain(`| above 1 to 100, or \`false\` | ${errorThresholdPercentage} |`);
  expect(readme).toContain(`| \`failureThreshold\` | 1 to 1000, or \`false\` | ${failureThreshold} |`);
  expect(readme).toContain(`| \`successThreshold\` | count | ${successThreshold} |`);
  expect(readme).toContain(`| \`halfOpenMaxCalls\` | count | ${halfOpenMaxCalls} |`);
  expect(readme).toContain(`| \`resetTimeout\` | ms | ${circuitBreaker.resetTimeout} |`);
  expect(readme).toContain(
    `| \`resetTimeoutJitterRatio\` | 0 to 1 | ${circuitBreaker.resetTimeoutJitterRatio} |`,
  );
  expect(readme).toContain(
    `| \`slowCallRateThreshold\` | above 1 to 100 | ${circuitBreaker.slowCallRateThreshold} |`,
  );
  expect(readme).toContain(
    `| \`resetTimeoutMultiplier\` | 1 to 100 | ${circuitBreaker.resetTimeoutMultiplier} |`,
  );
  expect(readme).toContain(`| \`maxResetTimeoutMs\` | ms | ${circuitBreaker.maxResetTimeoutMs} |`);
  expect(readme).toContain(`| \`volumeThreshold\` | count, 1 or more | ${circuitBreaker.volumeThreshold} |`);
  expect(readme).toContain(`| \`windowSize\` | ms | ${circuitBreaker.windowSize} |`);
  expect(readme).toContain(`| \`probeTimeoutMs\` | ms | \`timeout\`, or ${circuitBreaker.probeTimeoutMs} |`);
  expect(readme).toContain(`| \`maxAttempts\` | 1 to 100 | ${retry.maxAttempts} |`);
  expect(readme).toContain(`| ms | ${retry.initialDelayMs}, ${retry.maxDelayMs} |`);
  expect(readme).toContain(`| \`backoffMultiplier\` | 1 to 100 | ${retry.backoffMultiplier} |`);
  expect(readme).toContain(`| \`jitter\` | boolean | ${retry.jitter} |`);
  expect(readme).toContain(`| \`maxRetryAfterMs\` | ms | ${retry.maxRetryAfterMs} |`);
  const { ratio, floor, windowMs } = retryBudget;
  expect(readme).toContain(`createRetryBudget({ ratio: ${ratio}, floor: ${floor}, windowMs: ${windowMs} })`);
  expect(readme).toContain(`| \`maxConcurrent\` | count | ${bulkhead.maxConcurrent} |`);
  expect(readme).toContain(`| \`maxQueue\` | count | ${bulkhead.maxQueue} |`);
  expect(readme).toContain(`| \`queueTimeoutMs\` | ms | ${bulkhead.queueTimeoutMs} |`);
  expect(readme).toContain(`| \`abortGraceMs\` | ms | ${bulkhead.abortGraceMs} |`);
});
