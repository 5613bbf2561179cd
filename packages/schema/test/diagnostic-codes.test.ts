import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { diagnosticCodes } from '../src/index.ts';
import { codes, convertWith } from './check.ts';

const upload = 'tasks: { in: { operation: import/upload } }\n';

/** The smallest file for each mistake of syntax, keys and references. */
const samples: Readonly<Record<string, string>> = {
  PL001: 'name: "a" b\n',
  PL002: `# ${'x'.repeat(17 * 1024 * 1024)}`,
  PL003: 'a: 1\n---\nb: 1\n',
  PL004: `name: a\nname: b\n${upload}`,
  PL005: `name: *a\n${upload}`,
  PL006: `x-a: &a [*a]\n${upload}`,
  PL007: `x-a: ${'['.repeat(120)}${']'.repeat(120)}\n`,
  PL008: `name: !a\n${upload}`,
  PL009: 'a:\n\tb: 1\n',
  PL010: 'a: "b\n',
  PL011: 'a: b: c\n',
  PL012: 'a: [${{ b }}]\n',
  PL013: `name: {{ a }}\n${upload}`,
  PL014: 'a: "\\d"\n',
  PL015: 'a: @b\n',
  PL016: `name: .inf\n${upload}`,
  PL017: `? [a]\n: b\n`,
  PL018: 'a\n',
  PL019: '%YAML 1.1\n---\na: 1\n',
  PL101: `nmae: a\n${upload}`,
  PL102: `name: 1\n${upload}`,
  PL103: `on_error: x\n${upload}`,
  PL104: 'name: a\n',
  PL105: 'tasks: { in: { operation: import/sftp, host: a, username: b, password: c } }\n',
  PL106: 'tasks: {}\n',
  PL107: `concurrency: x\n${upload}`,
  PL108: `name:\n${upload}`,
  PL109: 'tasks: { a b: { operation: import/upload } }\n',
  PL110: 'tasks: { in: { operation: x } }\n',
  PL111: convertWith('    timeout: 1 x'),
  PL112: `params: { a: { type: string, minimum: 1 } }\n${upload}`,
  PL113: convertWith('    matrix: { a: [1, 1] }'),
  PL114: `name: \${{ a }}\n${upload}`,
  PL115: convertWith('    verify: { width: { min: 2, max: 1 } }'),
  PL301: 'tasks: { in: { operation: export/url, input: x } }\n',
  PL302: 'tasks: { in: { operation: export/url, input: in } }\n',
  PL303: 'tasks: { in: { operation: import/upload, input: b }, b: { operation: import/upload } }\n',
  PL304: 'tasks: { in: { operation: export/url } }\n',
  PL305: 'tasks: { in: { operation: import/upload }, p: { operation: pdf/a, input: in } }\n',
  PL306:
    'tasks: { a: { operation: import/upload }, in: { operation: import/upload }, o: { operation: export/url, input: a } }\n',
  PL307:
    'tasks: { a: { operation: import/upload }, o: { operation: export/url, input: a }, p: { operation: export/url, input: o } }\n',
  PL308: 'tasks: { a: { operation: import/upload }, o: { operation: export/url, input: [a, a] } }\n',
};

test.each(Object.keys(diagnosticCodes).filter((code) => /^PL[013]/.test(code)))('%s is said', (code) => {
  const sample = samples[code];
  if (sample === undefined) throw new Error(`no sample of ${code}`);
  expect(codes(sample)).toContain(code);
});

test('every code of the list is used, and every code that is used is in the list', () => {
  const folder = new URL('../src/', import.meta.url);
  const text = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(
      (file) => file.endsWith('.ts') && !file.endsWith('diagnostic-codes.ts') && !file.includes('generated'),
    )
    .map((file) => readFileSync(new URL(file.replaceAll('\\', '/'), folder), 'utf8'))
    .join('\n');
  const used = new Set([...text.matchAll(/'(PL\d{3})'/g)].map(([, code]) => code));
  // Files and programs are looked at by the plan, whose problems the command line prints.
  const ofPlans = Object.keys(diagnosticCodes).filter((code) => code.startsWith('PL5'));
  expect(new Set([...used, ...ofPlans])).toEqual(new Set(Object.keys(diagnosticCodes)));
});

test('each code has a line of its own', () => {
  const lines = Object.values(diagnosticCodes);
  expect(new Set(lines).size).toBe(lines.length);
  for (const line of lines) expect(line).toMatch(/^\S.{8,}[^.\s]$/);
});
