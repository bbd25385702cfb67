import { describe, expect, it } from 'vitest';
import { negotiate } from './negotiate.ts';

describe('negotiate', () => {
  it.each([
    ['nothing', undefined, 'prometheus'],
    ['a browser', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'prometheus'],
    ['anything', '*/*', 'prometheus'],
    [
      'Prometheus 2',
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      'openmetrics',
    ],
    ['OpenMetrics alone', 'application/openmetrics-text', 'openmetrics'],
    ['OpenMetrics in capitals', 'Application/OpenMetrics-Text; Version="1.0.0"', 'openmetrics'],
    ['OpenMetrics of an unknown version', 'application/openmetrics-text;version=9.0.0', 'prometheus'],
    ['OpenMetrics refused', 'application/openmetrics-text;q=0', 'prometheus'],
    ['plain text preferred', 'application/openmetrics-text;q=0.3, text/plain', 'prometheus'],
    ['plain text preferred by a wildcard', 'application/openmetrics-text;q=0.3, text/*;q=0.4', 'prometheus'],
    ['a malformed quality', 'application/openmetrics-text;q=high', 'prometheus'],
  ])('answers %s', (_, accept, format) => {
    expect(negotiate(accept)).toBe(format);
  });
});
