/**
 * Names that editors, browsers and copying programs give to files that are not finished, or that nobody means. A file of
 * such a name is no change and is not taken while watching, unless the pipeline names it. Pure.
 */

const temporary: readonly RegExp[] = [
  // vim: its swap files, its backup, and the file by which it tries out a folder.
  /^\..*\.sw[a-px]$/,
  /~$/,
  /^4913$/,
  // emacs: its lock and what it saves by itself.
  /^\.#/,
  /^#.*#$/,
  // JetBrains writes beside the file and swaps the two.
  /___jb_(?:tmp|old|bak)___$/,
  // Office programs: locks.
  /^~\$/,
  /^\.~lock\..*#$/,
  // Downloads and copies on their way; kate, gedit.
  /\.(?:part|partial|crdownload|download|filepart|tmp|temp|kate-swp)$/i,
  /^\.goutputstream-/,
  // Our own.
  /^\.pipeline-[0-9a-f]{6}-\d+-[0-9a-f]{12}\.tmp$/,
  // What systems leave in folders.
  /^(?:\.DS_Store|Thumbs\.db|desktop\.ini)$/,
];

export function isTemporaryName(name: string): boolean {
  return temporary.some((pattern) => pattern.test(name));
}

/** `data/*.tmp`, `notes~`: whoever writes the end of a temporary name into a pattern means such files. */
export function namesTemporary(pattern: string): boolean {
  const last = pattern.slice(pattern.lastIndexOf('/') + 1);
  const example = last.replaceAll(/[*?]+/g, 'x').replaceAll(/[{}[\]\\]/g, '');
  return isTemporaryName(example);
}
