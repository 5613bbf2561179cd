// The text of docs/cli.md, from the built command's own table of flags.
import { fileURLToPath } from 'node:url';

const built = new URL('../packages/cli/dist/cli-docs.cjs', import.meta.url);

export async function cliDocs() {
  try {
    const { cliDocs } = await import(built);
    return cliDocs();
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error(`${fileURLToPath(built)} is not built: run \`npm run build\` first`, { cause: error });
  }
}
