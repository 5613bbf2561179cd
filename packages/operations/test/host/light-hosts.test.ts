/** A host starts for each run: it loads what it works with, and not the engine or the language behind a small helper. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const source = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../src');
const hosts = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => /-host\.ts$|host-main\.ts$/.test(file))
  .map((file) => path.join(source, file));

/** What a module imports when it is loaded: no types, nothing that it loads later. */
const importsOf = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type\b)[^;']*?from '([^']+)';/gm)].map(
    ([, name = '']) => name,
  );

function packagesBehind(host: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const follow = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const name of importsOf(file)) {
      if (name.startsWith('.')) follow(path.resolve(path.dirname(file), name));
      else packages.add(name);
    }
  };
  follow(host);
  return packages;
}

test.each(hosts.map((host) => [path.relative(source, host), host]))('%s', (_, host) => {
  const packages = packagesBehind(host);
  expect([...packages].filter((name) => /^@pipeline\/[^/]+$/.test(name))).toEqual([]);
});

test('helpers of both are found so', () => {
  const all = new Set(hosts.flatMap((host) => [...packagesBehind(host)]));
  expect(all).toContain('@pipeline/engine/failure');
  expect(all).toContain('@pipeline/schema/result');
});
