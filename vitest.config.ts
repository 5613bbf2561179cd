import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Workspace packages are read from their sources: no test ever waits for, or sees, a stale build.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['packages/*/test/**/*.test.{ts,tsx}', 'examples/**/*.test.ts', 'docs/**/*.test.ts'],
    // Real converters run in the tests: two files at once on a two-core machine is as fast as it gets.
    maxWorkers: '100%',
    testTimeout: 60_000,
    // Tests choose what is installed: nothing but what comes along, unless a test asks for the programs of the machine.
    // The office pack takes seconds to start and more than 1 GB: only its own tests use it.
    env: { PIPELINE_PROGRAMS_PATH: '', PIPELINE_WITHOUT_PACKS: 'office' },
  },
});
