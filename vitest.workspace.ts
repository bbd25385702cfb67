import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));

function project(folder: string, include = ['src/**/*.test.ts', 'test/**/*.test.ts']) {
  return {
    extends: true as const,
    root: `${root}${folder}`,
    test: { name: folder.replace(/^.*\//, ''), include },
  };
}

function projectsIn(folder: string) {
  return readdirSync(`${root}${folder}`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => project(`${folder}/${entry.name}`));
}

export default defineConfig({
  ssr: { resolve: { conditions: ['@holdfast/source', 'module', 'node', 'development|production'] } },
  test: {
    // Tests that start servers or child processes are slow on two shared cores; none measures time. These limits are
    // there for what never ends, so they are far above what a busy machine needs.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    projects: [
      ...projectsIn('packages'),
      ...projectsIn('examples'),
      project('benchmarks'),
      project('proofs'),
      project('test', ['*.test.ts']),
      project('site'),
    ],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/src/testing/**'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: {
        lines: 85,
        statements: 85,
        functions: 85,
        branches: 80,
        'packages/resilience/src/**/*.ts': { lines: 90, statements: 90, functions: 90 },
      },
    },
  },
});
