/**
 * Where files have changed or come, the process that converted the last ones is most likely needed again: it starts here, while
 * the command loads and plans. A guess that is wrong costs that process, and nothing else. It loads little, on purpose.
 */
import { warmHost } from '@pipeline/operations';
import type { QuickLook } from './quick-look.ts';

export async function warmExpectedHost({ manifest, changes }: QuickLook): Promise<void> {
  const [first] = manifest.hosts ?? [];
  const mayConvert = changes.inputs.length > 0 || changes.watched.length > 0;
  if (first !== undefined && mayConvert) await warmHost(first);
}
