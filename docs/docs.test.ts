/**
 * Every code block of the documentation is run, so that none can rot:
 * - `yaml` is a whole pipeline and must load without a mistake;
 * - `console` holds commands (`$ pipeline …`) and what they print, run in a copy of the quickstart; `…` stands for
 *   anything, and numbers with units may differ;
 * - `sh` names npm scripts and commands that must exist;
 * - `ts` is compiled in one program with the sources (it is taken from a file that the block names in its first line);
 * - `bash` and `js` are programs that talk to a server (`serve.test.ts` runs them);
 * - `text` is a drawing or an excerpt and is left alone.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadPipeline, printDiagnostic } from '@pipeline/schema';
import { localConversions } from '@pipeline/operations';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  ...markdownBelow('docs'),
  ...markdownBelow('examples'),
];

interface Block {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

function markdownBelow(folder: string): readonly string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => path.posix.join(folder, file.split(path.sep).join('/')))
    .filter((file) => /^(docs\/[^/]+|examples\/[^/]+\/README)\.md$/.test(file));
}

function blocksOf(page: string): readonly Block[] {
  const text = readFileSync(path.join(root, page), 'utf8');
  return [...text.matchAll(/^```(\S*)[^\n]*\n(.*?)^```$/gms)].map((match) => ({
    page,
    line: text.slice(0, match.index).split('\n').length,
    language: match[1] ?? '',
    text: match[2] ?? '',
  }));
}

const blocks = pages.flatMap(blocksOf);
const ofLanguage = (...languages: readonly string[]) =>
  blocks
    .filter((block) => languages.includes(block.language))
    .map((block) => ({ ...block, at: `${block.page}:${block.line}` }));

test('every block says what it is', () => {
  const known = ['yaml', 'json', 'console', 'sh', 'ts', 'bash', 'js', 'text'];
  expect(
    blocks.filter((block) => !known.includes(block.language)).map((block) => `${block.page}:${block.line}`),
  ).toEqual([]);
  expect(ofLanguage('yaml').length).toBeGreaterThan(5);
  expect(ofLanguage('console').length).toBeGreaterThan(1);
});

describe('pipelines load', () => {
  test.each(ofLanguage('yaml', 'json'))('$at', ({ text, at }) => {
    const source = { path: at, text };
    const loaded = loadPipeline(source, { conversions: localConversions });
    const mistakes = loaded.ok ? loaded.value.warnings : loaded.error;
    expect(
      mistakes
        .map((mistake) => printDiagnostic(mistake, source, { isColored: false, width: 100 }))
        .join('\n'),
    ).toBe('');
  });
});

describe('commands print what the page says', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'pipeline-docs-'));
    cpSync(path.join(root, 'examples/quickstart'), folder, {
      recursive: true,
      filter: (source) => !['public', '.pipeline', 'README.md'].includes(path.basename(source)),
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(ofLanguage('console'))('$at', ({ text }) => {
    const sessions = text.split(/^\$ /m).slice(1);
    expect(sessions.length).toBeGreaterThan(0);
    for (const session of sessions) {
      const [line = '', ...wanted] = session.trimEnd().split('\n');
      const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
      const args = words[0] === 'npx' ? words.slice(2) : words.slice(1);
      const bin = path.join(root, 'packages/cli/bin/pipeline.js');
      const ran = spawnSync(process.execPath, [bin, ...args], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, NO_COLOR: '1', CI: '' },
      });
      const printed = `${ran.stdout}${ran.stderr}`.trimEnd();
      expect(printed, line).toMatch(new RegExp(`^${pattern(wanted.join('\n').trimEnd())}$`));
    }
  });
});

/** Times, sizes and job ids differ from run to run; `…` stands for any text. */
function pattern(text: string): string {
  return text
    .split('…')
    .map((piece) =>
      piece
        .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
        .replace(/\d+(\\\.\d+)? (ms|s|m|KB|MB|kB|B)\b/g, '\\s*[\\d.,]+ \\w+')
        .replace(/\d+:\d\d\\\.\d\b/g, '\\d+:\\d\\d\\.\\d')
        .replace(/ {2,}/g, ' +'),
    )
    .join('[^]*');
}

test.each(ofLanguage('sh'))('commands exist: $at', ({ text }) => {
  const scripts = Object.keys(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).scripts);
  for (const line of text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'))) {
    // `NAME=value` in front is for the environment.
    const [program, ...args] = line.replace(/^(?:\w+=\S+\s+)+/, '').split(/\s+/);
    if (program === 'npm') expect(scripts, line).toContain(args[0] === 'run' ? args[1] : args[0]);
    else if (program === 'npx')
      expect(existsSync(path.join(root, 'node_modules/.bin', args[0] ?? '')), line).toBe(true);
    else expect(['git', 'cd', 'node'], line).toContain(program);
  }
});
