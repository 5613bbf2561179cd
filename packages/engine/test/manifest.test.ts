/** The manifest as a file, and the manifest of a part put into that of the whole. */
import * as fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decodeManifest, encodeManifest } from '../src/disk/manifest-file.ts';
import {
  basisDifference,
  changedFiles,
  incompleteManifest,
  keyLookUp,
  manifestPlaces,
  type Ledger,
  type Manifest,
  markFiles,
  type MarkedFiles,
  mergeManifest,
  outputAt,
  outputColumns,
  readManifest,
  writeManifest,
} from '../src/index.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'manifest-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A file and its content; an export copies `in/x` to `out/x`. */
type Files = Readonly<Record<string, number>>;

const table = (paths: readonly string[], content: (path: string) => number): MarkedFiles => ({
  paths,
  marks: Float64Array.from(paths.flatMap((file) => [content(file), 1, 2, 3])),
});

const hash = (content: number): string => String(content).padStart(64, '0');

/** Of a run that took these files, of which each second one has two actions. */
function manifestOf(files: Files, { watched = ['in'] } = {}): Manifest {
  const names = Object.keys(files).sort();
  const content = (file: string): number => files[path.basename(file)] ?? 0;
  const ledger: Ledger = {
    checked: Buffer.from('{}'),
    imports: [{ address: 'source', files: names.length, depths: names.map(() => 1) }],
    listed: watched.length,
    outputs: outputColumns(
      names.map((name, source) => ({
        address: `copy[${name}]`,
        sha256: hash(content(name)),
        source,
        isOurs: true,
      })),
    ),
    leftOver: [],
    folders: ['out'],
    keys: Buffer.from(names.map((name) => `copy[${name}]\t${hash(content(name))}`).join('\n')),
    actions: { copy: names.map((name) => (content(name) % 2) + 1) },
  };
  return {
    key: '["p.yaml"]',
    basis: { pipeline: '1' },
    variables: ['PATH'],
    filesOut: names.length,
    inputs: table(
      names.map((name) => `in/${name}`),
      content,
    ),
    watched: table(watched, () => 0),
    outputs: table(
      names.map((name) => `out/${name}`),
      content,
    ),
    ledger: () => ledger,
  };
}

/** What it says, whatever the order of its files. */
function contentOf(manifest: Manifest): unknown {
  const ledger = manifest.ledger();
  const inputs = new Map(
    manifest.inputs.paths.map((file, index) => [
      file,
      { mark: manifest.inputs.marks[index * 4], actions: ledger.actions['copy']?.[index] },
    ]),
  );
  const outputs = new Map(
    manifest.outputs.paths.map((file, index) => {
      const { source = -1, ...entry } = outputAt(ledger, index);
      return [
        file,
        { ...entry, from: manifest.inputs.paths[source], mark: manifest.outputs.marks[index * 4] },
      ];
    }),
  );
  const keyOf = keyLookUp(ledger);
  const keys = manifest.outputs.paths.map((file) => keyOf(`copy[${path.basename(file)}]`) ?? '').sort();
  return {
    inputs,
    outputs,
    keys,
    watched: manifest.watched.paths,
    filesOut: manifest.filesOut,
    imports: ledger.imports,
  };
}

describe('as a file', () => {
  const manifest = manifestOf({ 'a.txt': 3, 'b\nä.txt': 4 });

  test('it comes back as it was', () => {
    const place = path.join(folder, 'deep/er/m');
    writeManifest(place, encodeManifest(manifest));
    const read = readManifest(place);
    if (read === undefined) throw new Error('not read');
    expect(contentOf(read)).toEqual(contentOf(manifest));
    expect({ ...read, ledger: read.ledger() }).toMatchObject({ ...manifest, ledger: manifest.ledger() });
    expect(Buffer.concat(encodeManifest(read))).toEqual(readFileSync(place));
  });

  test('cut off anywhere, it is as good as not there', () => {
    const bytes = Buffer.concat(encodeManifest(manifest));
    const place = path.join(folder, 'm');
    for (let length = 0; length < bytes.length; length += 1) {
      writeFileSync(place, bytes.subarray(0, length));
      expect(readManifest(place), `${length} of ${bytes.length} bytes`).toBeUndefined();
    }
  });

  test('a newer one, garbage and a folder are passed over', () => {
    const place = path.join(folder, 'm');
    for (const text of ['', 'garbage', '{}\n', '[]\n', '\n\n', 'null\n']) {
      writeFileSync(place, text);
      expect(readManifest(place), JSON.stringify(text)).toBeUndefined();
    }
    const text = Buffer.concat(encodeManifest(manifest))
      .toString('latin1')
      .replace(/"v":\d+/, '"v":9999');
    writeFileSync(place, text, 'latin1');
    expect(readManifest(place)).toBeUndefined();
    expect(readManifest(folder)).toBeUndefined();
  });

  test('a flipped bit changes what is not known to be the same, and never makes a ledger of nonsense', () => {
    const bytes = Buffer.concat(encodeManifest(manifest));
    const whole = decodeManifest(bytes)?.ledger();
    for (let at = 0; at < bytes.length; at += 1) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 4;
      let ledger: Ledger | undefined;
      try {
        ledger = decodeManifest(damaged)?.ledger();
      } catch {
        // As `readManifest` does.
      }
      if (ledger !== undefined && ledger.imports.length > 0) expect(ledger).toEqual(whole);
    }
  });
});

test('the one before stands in for what was cut off, and is no second one', () => {
  const place = path.join(folder, 'manifest');
  const [older, newer] = [manifestOf({ a: 1 }), manifestOf({ a: 1, b: 2 })];
  writeManifest(place, encodeManifest(older));
  writeManifest(place, encodeManifest(newer));
  expect(contentOf(readManifest(place) ?? older)).toEqual(contentOf(newer));
  expect(manifestPlaces(folder)).toEqual([place]);
  truncateSync(place, 100);
  expect(contentOf(readManifest(place) ?? newer)).toEqual(contentOf(older));
  rmSync(place);
  expect(contentOf(readManifest(place) ?? newer)).toEqual(contentOf(older));
  expect(manifestPlaces(folder)).toEqual([place]);
});

describe('marks', () => {
  test('of a file that may have changed once more in the same tick are never trusted', () => {
    const file = path.join(folder, 'a');
    writeFileSync(file, 'a');
    const place = { root: folder, links: 'keep' } as const;
    const soon = { settledBeforeMs: Date.now() + 1000 };
    expect(changedFiles(markFiles([file], place, { settledBeforeMs: 0 }), place)).toEqual([0]);
    expect(changedFiles(markFiles([file], place, soon), place)).toEqual([]);
  });

  test('of a file whose writer gave its content a time are trusted at once, and tell of the next write', () => {
    const file = path.join(folder, 'a');
    const place = { root: folder, links: 'keep' } as const;
    const given = Date.now() - 0.5;
    for (let attempt = 0; attempt < 200; attempt += 1) {
      writeFileSync(file, 'a');
      utimesSync(file, given / 1000, given / 1000);
      const trust = { settledBeforeMs: 0, timeGiven: () => given };
      const marked = markFiles([file], place, trust);
      expect(changedFiles(marked, place)).toEqual([]);
      expect(changedFiles(markFiles([file], place, { ...trust, timeGiven: () => given + 1 }), place)).toEqual(
        [0],
      );
      writeFileSync(file, 'b');
      expect(changedFiles(marked, place)).toEqual([0]);
    }
  });

  test('tell of a write of the same length with its times put back, of a removal, and of what appears', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => path.join(folder, name));
    if (a === undefined || b === undefined || c === undefined) throw new Error();
    writeFileSync(a, '1');
    writeFileSync(b, '1');
    const place = { root: folder, links: 'keep' } as const;
    const soon = { settledBeforeMs: Date.now() + 60_000 };
    const marked = markFiles([a, b, c, path.join(a, 'below a file')], place, soon);
    expect(changedFiles(marked, place)).toEqual([]);
    const { marks } = markFiles([a], place, soon);
    while (markFiles([a], place, soon).marks[2] === marks[2]) writeFileSync(a, '2');
    rmSync(b);
    writeFileSync(c, '');
    expect(changedFiles(marked, place)).toEqual([0, 1, 2]);
    expect(readFileSync(a, 'utf8')).toBe('2');
  });
});

test('the first difference of what a plan depends on, in words', () => {
  expect(basisDifference({ a: '1' }, { a: '1' })).toBeUndefined();
  expect(basisDifference({ node: 'v20', 'env PATH': 'x' }, { node: 'v20', 'env PATH': 'y' })).toBe(
    'env PATH changed',
  );
  expect(basisDifference({ pipeline: '1' }, { pipeline: '2' })).toBe('pipeline 1 → 2');
  expect(basisDifference({}, { '--on': 'cloudconvert' })).toBe('--on is new');
});

const names = ['a.txt', 'b.txt', 'c.txt', 'd.txt', 'e.txt'];
const anyFiles = fc.dictionary(fc.constantFrom(...names), fc.integer({ min: 1, max: 5 }));

test('what a part found, put into the whole, is what a run of the whole would have found', () => {
  fc.assert(
    fc.property(anyFiles, anyFiles, fc.boolean(), (before, after, isListingOld) => {
      const previous = manifestOf(before);
      const isKept = previous.inputs.paths.map(
        (file) => after[path.basename(file)] === before[path.basename(file)],
      );
      const kept = new Set(
        previous.inputs.paths.filter((_, index) => isKept[index]).map((file) => path.basename(file)),
      );
      const changed = Object.fromEntries(Object.entries(after).filter(([name]) => !kept.has(name)));
      const part = manifestOf(changed, { watched: isListingOld ? ['in'] : [] });
      const merged = mergeManifest(previous, part, { isKept, isListingOld, unchanged: [] });
      const whole = manifestOf(after);
      expect({ ...(contentOf(merged) as object), imports: 0 }).toEqual({
        ...(contentOf(whole) as object),
        imports: 0,
      });
      expect(merged.ledger().imports[0]?.files).toBe(Object.keys(after).length);
      const gone = Object.keys(before).filter((name) => after[name] === undefined);
      expect(
        merged
          .ledger()
          .leftOver.map((file) => file.path)
          .sort(),
      ).toEqual(gone.map((name) => `out/${name}`).sort());
    }),
  );
});

test('where only content has changed, every file keeps its number', () => {
  const names = ['a.txt', 'b\nä.txt', 'c.txt', 'd.txt'];
  const contents = fc.tuple(...names.map(() => fc.integer({ min: 1, max: 3 })));
  const filesOf = (values: readonly number[]): Files =>
    Object.fromEntries(names.map((name, index) => [name, values[index] ?? 0]));
  fc.assert(
    fc.property(contents, contents, (before, after) => {
      const previous = manifestOf(filesOf(before));
      const isKept = names.map((_, index) => before[index] === after[index]);
      const changed = Object.entries(filesOf(after)).filter((_, index) => !(isKept[index] ?? true));
      const part = manifestOf(Object.fromEntries(changed), { watched: [] });
      const merged = mergeManifest(previous, part, { isKept, isListingOld: false, unchanged: [] });
      const whole = manifestOf(filesOf(after));
      expect({ ...merged, ledger: merged.ledger() }).toEqual({ ...whole, ledger: whole.ledger() });
    }),
  );
});

test('a run of a part makes nothing left over, and promises nothing', () => {
  fc.assert(
    fc.property(anyFiles, anyFiles, (before, part) => {
      const merged = incompleteManifest(manifestOf(before), manifestOf(part), 'the last run did a part only');
      expect(merged.obstacle).toBe('the last run did a part only');
      expect(merged.ledger().leftOver).toEqual([]);
      const all = { ...before, ...part };
      expect([...merged.outputs.paths].sort()).toEqual(
        Object.keys(all)
          .map((name) => `out/${name}`)
          .sort(),
      );
      for (const [index, file] of merged.outputs.paths.entries()) {
        expect(outputAt(merged.ledger(), index).sha256).toBe(hash(all[path.basename(file)] ?? 0));
      }
    }),
  );
});
