/**
 * Runs every `scripts/*.txt` against the built command; `script.ts` says what they may contain. After a change of
 * wording, `UPDATE_SCRIPTS=1 npx vitest run packages/cli/test/scripts.test.ts` writes what is printed now: read the diff.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  type Step,
  createWorkFolder,
  matches,
  parseScript,
  printScript,
  removeWorkFolder,
  runStep,
  shownOutcome,
  writeFiles,
} from './script.ts';

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), 'scripts');
const names = readdirSync(folder).filter((name) => name.endsWith('.txt'));

test('there are scripts', () => expect(names.length).toBeGreaterThan(5));

test.each(names)('%s', async (name) => {
  const file = path.join(folder, name);
  const text = readFileSync(file, 'utf8');
  const script = parseScript(text);
  expect(script.steps.some((step) => step.line.startsWith('$ pipeline'))).toBe(true);
  const work = createWorkFolder();
  try {
    writeFiles(script, work);
    const env: Record<string, string> = {};
    const steps: Step[] = [];
    for (const step of script.steps) {
      if (step.line.startsWith('env ')) {
        const [, key = '', value = ''] = /^env (\w+)=(.*)$/.exec(step.line) ?? [];
        env[key] = value;
        steps.push(step);
        continue;
      }
      const actual = shownOutcome(await runStep(step.line, work, env), work);
      const isMatch = matches(step.expected, actual);
      if (process.env['UPDATE_SCRIPTS'] === undefined && !isMatch) {
        expect(actual.join('\n'), step.line).toBe(step.expected.join('\n'));
      }
      steps.push(isMatch ? step : { ...step, expected: actual });
    }
    if (process.env['UPDATE_SCRIPTS'] !== undefined) writeFileSync(file, printScript(steps, text));
  } finally {
    removeWorkFolder(work);
  }
});
