/** The local backend: what it has, and that it loads no more than what a run uses. */
import path from 'node:path';
import { operationNames } from '@pipeline/schema';
import { rolldown } from 'rolldown';
import { expect, test } from 'vitest';
import { createLocalBackend, localOperations } from '../src/local-backend.ts';

test('every operation that it names loads, and the rest is undefined', async () => {
  const backend = createLocalBackend({ maxHosts: 1 });
  expect(localOperations).toEqual(
    expect.arrayContaining([
      'import/local',
      'import/url',
      'import/base64',
      'import/raw',
      'export/local',
      'export/url',
    ]),
  );
  for (const name of operationNames) {
    const operation = await backend.load(name);
    // `import/upload` says what to use instead.
    const isThere = localOperations.includes(name) || name === 'import/upload';
    expect(operation).toEqual(
      isThere
        ? expect.objectContaining({ plan: expect.any(Function), run: expect.any(Function) })
        : undefined,
    );
  }
  await backend.close();
});

test('copying files loads no network, no converter and no package but the matcher of names', async () => {
  const bundle = await rolldown({
    input: path.resolve(import.meta.dirname, '../src/local-backend.ts'),
    platform: 'node',
    external: (id) => !id.startsWith('.') && !path.isAbsolute(id),
    resolve: { conditionNames: ['source', 'import', 'node'] },
  });
  const { output } = await bundle.generate({ format: 'esm' });
  const chunks = new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file]] : [])));
  const start = output.filter(
    (file) =>
      file.type === 'chunk' &&
      (file.isEntry || /src\/operations\/(?:import|export)\/local\.ts$/.test(file.facadeModuleId ?? '')),
  );
  expect(start).toHaveLength(3);
  const loaded = new Set(start.map((file) => file.fileName));
  for (const name of loaded) for (const next of chunks.get(name)?.imports ?? []) loaded.add(next);
  const packages = [...loaded].filter((name) => !chunks.has(name) && !/^(?:node:|@pipeline\/)/.test(name));
  expect(packages).toEqual(['picomatch']);
  expect([...loaded]).not.toContain('node:http');
  const modules = [...loaded].flatMap((name) => chunks.get(name)?.moduleIds ?? []);
  expect(modules.filter((id) => /\/(?:converters|http)\//.test(id))).toEqual([]);
});
