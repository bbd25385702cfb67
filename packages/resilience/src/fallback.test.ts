import { describe, expect, it } from 'vitest';
import { CircuitOpenError } from './errors.ts';
import { withFallback } from './fallback.ts';

describe('withFallback', () => {
  it('answers with the fallback where the dependency failed or was refused', async () => {
    expect(
      await withFallback(
        async () => 'fine',
        () => 'other',
      ),
    ).toBe('fine');
    expect(
      await withFallback(
        () => Promise.reject(new Error('down')),
        (error) => (error as Error).message,
      ),
    ).toBe('down');
    expect(
      await withFallback(
        () => Promise.reject(new CircuitOpenError('x', 1)),
        async () => 'other',
      ),
    ).toBe('other');
  });

  it('leaves a permanent failure and a cancelled call to the caller', async () => {
    const wrong = Object.assign(new Error('wrong'), { status: 400 });
    const failing = (error: Error) => () => {
      throw error;
    };
    await expect(withFallback(failing(wrong), () => 'other')).rejects.toBe(wrong);
    await expect(
      withFallback(failing(new DOMException('stop', 'AbortError')), () => 'other'),
    ).rejects.toThrow('stop');
  });
});
