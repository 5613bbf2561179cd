// Everything that must hold before a change lands: format, lint, types, unused code, packages, generated docs, tests.
// Ends with the line `N passed, N failed`: each check counts as one, each test as one.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { status } from './run.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const local = (name) => path.join(root, 'node_modules', '.bin', name);
const scratch = mkdtempSync(path.join(os.tmpdir(), 'pipeline-check-'));

const checks = [
  { name: 'format', command: local('oxfmt'), args: ['--check'] },
  { name: 'lint', command: local('oxlint'), args: ['--type-aware', '--deny-warnings'] },
  { name: 'types', command: local('tsc'), args: ['-p', 'tsconfig.test.json'] },
  { name: 'unused code', command: local('knip'), args: [] },
  { name: 'generated docs', command: process.execPath, args: ['scripts/write-docs.mjs', '--check'] },
  ...['schema', 'engine', 'operations', 'cli'].map((room) => ({
    name: `package ${room}`,
    command: local('publint'),
    args: ['--pack', 'npm', `packages/${room}`],
  })),
];

let passed = 0;
let failed = 0;
for (const { name, command, args } of checks) {
  const began = performance.now();
  const code = await status(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stdout.write(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)\n`);
  if (code === 0) passed++;
  else failed++;
}

const report = path.join(scratch, 'tests.json');
const testCode = await status(
  local('vitest'),
  ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
);
try {
  const tests = JSON.parse(readFileSync(report, 'utf8'));
  passed += tests.numPassedTests;
  // A file that does not even load has no failed test of its own.
  failed += Math.max(tests.numFailedTests, tests.success ? 0 : 1);
} catch {
  failed++;
}
if (testCode !== 0 && failed === 0) failed++;
rmSync(scratch, { recursive: true, force: true });

process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
