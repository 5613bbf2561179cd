// 1,000 hostile files through every converter that is here; the tests run a few of them. The same seed gives the same files.
//   node scripts/fuzz.mjs [files] [seed]
import { status } from './run.mjs';

const [count = '1000', seed = '1'] = process.argv.slice(2);
process.exitCode = await status('npx', ['vitest', 'run', 'packages/operations/test/fuzz'], {
  stdio: 'inherit',
  env: { ...process.env, FUZZ_COUNT: count, FUZZ_SEED: seed },
});
