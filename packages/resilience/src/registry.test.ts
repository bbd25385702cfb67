import { describe, expect, it } from 'vitest';
import { createCircuitBreaker } from './circuit-breaker.ts';
import { circuitBreakerRegistry, createCircuitBreakerRegistry } from './registry.ts';

describe('a registry of circuit breakers', () => {
  it('makes, keeps and finds breakers by name', async () => {
    const registry = createCircuitBreakerRegistry();
    const breaker = registry.register('docker-api', async (id: string) => `container ${id}`, {
      failureThreshold: 3,
    });
    expect(await breaker.execute('a')).toBe('container a');
    expect(registry.get('docker-api')).toBe(breaker);
    expect(registry.get('other')).toBe(undefined);
    expect(registry.getAllStats()).toMatchObject({ 'docker-api': { state: 'CLOSED', successCount: 1 } });
  });

  it('refuses a name that is in use, until it is unregistered', () => {
    const registry = createCircuitBreakerRegistry();
    const breaker = registry.add(createCircuitBreaker(() => 1, { name: 'api' }));
    expect(registry.add(breaker)).toBe(breaker);
    expect(() => registry.register('api', () => 2)).toThrow(
      'A circuit named "api" is registered already. Use get("api"), or unregister it first.',
    );
    expect(registry.unregister('api')).toBe(true);
    expect(registry.unregister('api')).toBe(false);
    registry.register('api', () => 2);
  });

  it('changes the mode of one circuit or of all', () => {
    const registry = createCircuitBreakerRegistry();
    const first = registry.register('first', () => 1);
    const second = registry.register('second', () => 1);
    expect(registry.setMode('monitor', 'first')).toBe(true);
    expect([first.mode, second.mode]).toEqual(['monitor', 'enforce']);
    expect(registry.setMode('disabled')).toBe(true);
    expect([first.mode, second.mode]).toEqual(['disabled', 'disabled']);
    expect(registry.setMode('enforce', 'third')).toBe(false);
  });

  it('is there once for the process', () => {
    expect(circuitBreakerRegistry.getAllStats()).toEqual({});
  });
});
