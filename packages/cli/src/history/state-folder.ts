/** Where a project keeps what it knows of itself: `.pipeline` at its root. It need not be there. */
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { findPipeline, projectRoot } from '../find-pipeline.ts';

export interface StateFolder {
  /** The project, absolute and real. */
  readonly root: string;
  /** `<root>/.pipeline` */
  readonly dir: string;
  /** `<root>/.pipeline/runs` */
  readonly runs: string;
}

/** That of the pipeline which a command without a file means here. */
export function stateFolder(cwd: string): StateFolder {
  const found = findPipeline(cwd);
  return stateFolderOf(realpathSync(projectRoot(found.ok ? path.dirname(found.value) : cwd)));
}

export function stateFolderOf(root: string): StateFolder {
  const dir = path.join(root, '.pipeline');
  return { root, dir, runs: path.join(dir, 'runs') };
}
