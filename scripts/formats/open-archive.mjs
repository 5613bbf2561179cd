// Unpacks an archive by 7-Zip's library, the tar inside of it too, and tells what is in it.
import { fromOperations } from './library.mjs';

const { default: load } = await import(fromOperations.resolve('7z-wasm').replace(/umd\.js$/, 'es6.js'));

/** Names of all members; throws when it cannot be opened. */
export async function membersOf(packed) {
  let data = packed;
  for (let layer = 0; layer < 3; layer++) {
    const { names, only } = await unpack(data);
    const isPackedTar =
      names.length === 1 && only !== undefined && only.toString('latin1', 257, 262) === 'ustar';
    if (!isPackedTar || layer === 2) return names;
    data = only;
  }
  return [];
}

async function unpack(data) {
  let said = '';
  const say = (line) => (said += `${line}\n`);
  const seven = await load({ print: say, printErr: say });
  seven.FS.writeFile('/archive', data);
  seven.FS.mkdir('/out');
  try {
    seven.callMain(['x', '-y', '-o/out', '/archive']);
  } catch (error) {
    throw new Error(`7-Zip does not open it: ${error.message}`, { cause: error });
  }
  const names = walk(seven.FS, '/out');
  if (names.length === 0) throw new Error(`7-Zip finds nothing in it: ${said.trim().split('\n').at(-1)}`);
  return { names, only: names.length === 1 ? Buffer.from(seven.FS.readFile(names[0])) : undefined };
}

function walk(fs, folder) {
  return fs
    .readdir(folder)
    .filter((name) => name !== '.' && name !== '..')
    .flatMap((name) => {
      const file = `${folder}/${name}`;
      return fs.isDir(fs.stat(file).mode) ? walk(fs, file) : [file];
    });
}
