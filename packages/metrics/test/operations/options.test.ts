import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createAlertRules, createDashboards, OPERATIONS_DEFAULTS } from '../../src/operations/index.ts';

const ruleOf = (alert: string, options = {}) => {
  const rules = createAlertRules(options).groups.flatMap((group) => group.rules);
  const found = rules.find((rule) => 'alert' in rule && rule.alert === alert);
  if (found === undefined || !('alert' in found)) throw new Error(`no ${alert}`);
  return found;
};

it('writes the state of a circuit as createMetrics() does', () => {
  expect(ruleOf('CircuitOpen').expr).toBe('max by (service, circuit_name) (circuit_breaker_state) >= 0.5');
  expect(ruleOf('CircuitOpen', { stateEncoding: 'ordinal' }).expr).toBe(
    'max by (service, circuit_name) (circuit_breaker_state) >= 1',
  );
  const [state] = createDashboards({ stateEncoding: 'ordinal' })['circuits.json']?.panels ?? [];
  expect(JSON.stringify(state?.fieldConfig)).toContain(
    '{"0":{"text":"closed","color":"green"},"1":{"text":"half-open"',
  );
});

it('gives every alert a severity, a runbook section and a duration in one unit', () => {
  const {
    labels,
    annotations,
    for: duration,
  } = ruleOf('QueueLag', {
    queueLagForMs: 90_000,
    runbookUrl: 'https://wiki.test/runbook',
  });
  expect({ labels, duration, url: annotations.runbook_url }).toEqual({
    labels: { severity: 'page' },
    duration: '90s',
    url: 'https://wiki.test/runbook#queuelag',
  });
});

it('refuses wrong options, naming option, value and range', () => {
  expect(() => createAlertRules({ availabilityRatio: 99.9 })).toThrow(
    'operations: availabilityRatio is 99.9; it must be over 0 and under 1.',
  );
  expect(() => createAlertRules({ latencyMs: 300 })).toThrow(
    'operations: latencyMs is 300; it must be one of durationBucketsMs: 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000.',
  );
  expect(() => createAlertRules({ latencyRatio: 0.9 })).toThrow(
    'operations: burnWindows has a burnRate of 14.4, which an objective of 0.9 cannot reach; it must be under 1 / (1 - objective).',
  );
  expect(() => createAlertRules({ burnWindows: [] })).toThrow('it must have at least one pair of windows');
  expect(() =>
    createAlertRules({ burnWindows: [{ longMs: 5, shortMs: 6, burnRate: 1, severity: 'page' }] }),
  ).toThrow('operations: burnWindows shortMs is 6; it must be an integer from 1 to 5.');
  expect(() =>
    createAlertRules({ burnWindows: [{ longMs: 6, shortMs: 5, burnRate: 0, severity: 'page' }] }),
  ).toThrow('operations: burnWindows burnRate is 0; it must be over 0.');
  expect(() => createAlertRules({ eventLoopLagMs: 0 })).toThrow('operations: eventLoopLagMs is 0');
  expect(() => createDashboards({ logStreamLabel: 'a-b' })).toThrow('operations: logStreamLabel is "a-b"');
});

it('places the panels of a dashboard side by side, without overlap', () => {
  for (const { panels } of Object.values(createDashboards())) {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)} ${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBeLessThanOrEqual(24);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  }
});

it('has a section of the runbook for each alert, under the anchor that the alert links', () => {
  const runbook = readFileSync(join(import.meta.dirname, '../../../../docs/operations/runbook.md'), 'utf8');
  const headings = [...runbook.matchAll(/^## (\w+)$/gm)].map(
    ([, heading = '']) => `#${heading.toLowerCase()}`,
  );
  const linked = createAlertRules().groups.flatMap(({ rules }) =>
    rules.flatMap((rule) =>
      'alert' in rule ? [rule.annotations.runbook_url.slice(OPERATIONS_DEFAULTS.runbookUrl.length)] : [],
    ),
  );
  expect(headings.sort()).toEqual([...new Set(linked)].sort());
});
