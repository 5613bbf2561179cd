// Writes the generated pages below docs/; with --check it only says which of them are out of date, and fails.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cliDocs } from './write-cli-docs.mjs';
import { codesDocs } from './write-codes-docs.mjs';
import { formatsDocs } from './write-formats-docs.mjs';
import { operationsDocs } from './write-operations-docs.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const isCheck = process.argv.includes('--check');
const pages = {
  'docs/operations.md': await operationsDocs(),
  'docs/cli.md': await cliDocs(),
  'docs/codes.md': await codesDocs(),
  'docs/formats.md': formatsDocs(),
};

for (const [page, text] of Object.entries(pages)) {
  const file = path.join(root, page);
  if (!isCheck) writeFileSync(file, text);
  else if (read(file) !== text) {
    process.stderr.write(`${page} is out of date: run \`npm run docs\`\n`);
    process.exitCode = 1;
  }
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
