import { describe, expect, it } from 'vitest';
import { resolveCircuitSettings } from './circuit-options.ts';
import * as presets from './presets.ts';

describe('the presets', () => {
  it('have the settings that the documents ask for', () => {
    expect(presets.PAYMENT_API_CONFIG).toEqual({
      timeout: 15_000,
      errorThresholdPercentage: 50,
      resetTimeout: 30_000,
      volumeThreshold: 5,
    });
    expect(presets.WEBHOOK_DELIVERY_CONFIG).toEqual({
      timeout: 5_000,
      errorThresholdPercentage: 75,
      resetTimeout: 15_000,
    });
    expect(presets.CRITICAL_API_CONFIG).toEqual({
      timeout: 30_000,
      errorThresholdPercentage: 25,
      volumeThreshold: 3,
    });
    expect(presets.EMAIL_CONFIG).toEqual({
      failureThreshold: 5,
      successThreshold: 2,
      resetTimeout: 60_000,
      windowSize: 60_000,
      volumeThreshold: 10,
    });
    expect(presets.EXTERNAL_API_CONFIG).toEqual({
      failureThreshold: 10,
      errorThresholdPercentage: 70,
      resetTimeout: 120_000,
    });
    expect(presets.DATABASE_CONFIG).toEqual({
      failureThreshold: 3,
      errorThresholdPercentage: 30,
      resetTimeout: 30_000,
    });
  });

  it.each(Object.entries(presets))('%s is frozen and can be used as it is', (_name, preset) => {
    expect(Object.isFrozen(preset)).toBe(true);
    expect(() => resolveCircuitSettings({ ...preset, name: 'x' })).not.toThrow();
  });
});
