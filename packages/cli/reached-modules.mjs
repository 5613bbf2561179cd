// Which modules something needs as soon as it loads, after all that nobody uses has been left out: what chunks are cut by.
import { rolldown } from 'rolldown';

/** Of `input`, by its bundle with these options: the ids of the modules that it loads itself or by way of others. */
export async function reachedModules(options, input) {
  const build = await rolldown({ ...options, input });
  const { output } = await build.generate({ format: 'cjs' });
  await build.close();
  const chunks = new Map(
    output.filter(({ type }) => type === 'chunk').map((chunk) => [chunk.fileName, chunk]),
  );
  const open = [...chunks.values()].filter(({ isEntry }) => isEntry);
  const seen = new Set(open);
  for (let chunk = open.pop(); chunk !== undefined; chunk = open.pop()) {
    for (const name of chunk.imports) {
      const next = chunks.get(name);
      if (next === undefined || seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  }
  return new Set([...seen].flatMap(({ modules }) => Object.keys(modules)));
}
