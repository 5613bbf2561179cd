/** What Pipeline keeps beside a project is none of git's business. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `stateDir`: `.pipeline` of a project. Where that cannot be said, what is kept there matters more. */
export function ignoreInGit(stateDir: string): void {
  try {
    writeFileSync(join(stateDir, '.gitignore'), '*\n', { flag: 'wx' });
  } catch {
    // It is there already, or cannot be.
  }
}
