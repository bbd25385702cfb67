import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // Tests that start the service as a process are slow on a busy machine; none measures time.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
