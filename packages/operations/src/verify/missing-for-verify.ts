/** What this machine lacks for `verify` of files that are planned: told before anything runs. */
import type { ActionPlan, ActionRequest, Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import { formatKind, formatOfFile } from '@pipeline/schema';
import { hasPack } from '../packs.ts';
import { findProgram, installCommand } from '../programs/find-program.ts';

const byProbe: ReadonlySet<string> = new Set(['duration', 'width', 'height']);

export function missingForVerify(
  { task, verify }: ActionRequest,
  { outputs = [] }: ActionPlan,
  canMeasure: () => boolean = canMeasureMedia,
): Failure | undefined {
  const asked = Object.keys(verify ?? {}).find((key) => byProbe.has(key));
  if (asked === undefined || canMeasure()) return undefined;
  const file = outputs.find(({ name }) => ['audio', 'video'].includes(formatKind(formatOfFile(name)) ?? ''));
  if (file === undefined) return undefined;
  const install = installCommand(['ffprobe']);
  const message = `\`verify\` of task "${task.name}" measures "${asked}" of ${JSON.stringify(file.name)} by ffprobe, which is not installed`;
  return failure(
    'converter-missing',
    message,
    install === undefined ? {} : { hint: `Install it: ${install}` },
  );
}

const canMeasureMedia = (): boolean => findProgram('ffprobe') !== undefined || hasPack('media');
