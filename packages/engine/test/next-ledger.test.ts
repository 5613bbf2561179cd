/** Whose the files are that exports left behind. */
import { expect, test } from 'vitest';
import { nextLedger } from '../src/next-ledger.ts';
import type { ExportedFile } from '../src/run-record.ts';
import { emptyLedger, type Manifest, type MarkedFiles, outputAt } from '../src/manifest.ts';

const outputs: MarkedFiles = { paths: ['out/a'], marks: Float64Array.of(1, 2, 3, 4) };
const [one, two] = ['1', '2'].map((digit) => digit.repeat(64));

/** Of a run that exported this, after one that left `previous`. */
function after(exported: Partial<ExportedFile>, previous?: Manifest): Manifest {
  const ledger = nextLedger({
    recorded: {
      inputs: [],
      listed: [],
      watched: [],
      exported: [{ path: '/root/out/a', address: 'out[a]', ...exported }],
      filesOut: 1,
      imports: [],
      keys: emptyLedger.keys,
      actions: {},
    },
    outputs,
    previous,
    scope: 'all',
    checked: emptyLedger.checked,
    newFolders: [],
  });
  const none = { paths: [], marks: new Float64Array() };
  const facts = { key: 'k', basis: {}, variables: [], filesOut: 1, inputs: none, watched: none };
  return { ...facts, outputs, ledger: () => ledger };
}

const isOurs = (manifest: Manifest): boolean => outputAt(manifest.ledger(), 0).isOurs;

test('what an export wrote is ours, whatever the clock of the file system says', () => {
  expect(isOurs(after({ sha256: one, mtimeMs: 5 }))).toBe(true);
});

test('what was there is ours if a run before had written the same', () => {
  expect(isOurs(after({ sha256: one }))).toBe(false);
  const written = after({ sha256: one, mtimeMs: 5 });
  expect(isOurs(after({ sha256: one }, written))).toBe(true);
  expect(isOurs(after({ sha256: two }, written))).toBe(false);
});

test('what is kept unread is whose it was, while nobody has touched it', () => {
  const written = after({ sha256: one, mtimeMs: 5 });
  expect(isOurs(after({}, written))).toBe(true);
  const touched = { ...written, outputs: { paths: ['out/a'], marks: Float64Array.of(1, 2, 9, 4) } };
  expect(isOurs(after({}, touched))).toBe(false);
});
