/**
 * Pictures by sharp, for `convert` and `thumbnail`: alone, or several of one source at once, which is then decoded once.
 * The entry to `convert-picture.ts` and `convert-pictures.ts`, which work in the host.
 */
import type { Failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { createGathering, type Member } from '../../gather.ts';
import { runInHost } from '../../host/host-pool.ts';
import { objectsOption } from '../../read-options.ts';

export interface PictureJob {
  /** As `convertPicture` takes it. */
  readonly job: {
    readonly inputPath: string;
    readonly inputName: string;
    readonly [key: string]: JsonObject[string];
  };
  readonly progress: (percent: number | null) => void;
}

/** For `ActionPlan.shares`. */
const sharedDecode = 'sharp decodes it';

/** What reads a source in a way of its own cannot be made of what others read. */
export function sharesDecode(from: string, options: JsonObject): string | undefined {
  const isOwn = ['pages', 'pixel_density'].some((option) => options[option] !== undefined);
  return isOwn || from === 'svg' || from === 'svgz' ? undefined : sharedDecode;
}

const gathering = createGathering<PictureJob, JsonObject>(convertTogether);

/** The answer of `convertPicture`. */
export function convertBySharp(member: Member, picture: PictureJob): Promise<Result<JsonObject, Failure>> {
  return gathering.join(member, picture);
}

async function convertTogether(
  pictures: readonly PictureJob[],
  signal: AbortSignal,
): Promise<readonly Result<JsonObject, Failure>[]> {
  const [first] = pictures;
  if (first === undefined) return [];
  const { inputPath, inputName } = first.job;
  const isAlone = pictures.length === 1;
  const job = isAlone
    ? first.job
    : { type: 'convert-several', inputPath, inputName, jobs: pictures.map(({ job: single }) => single) };
  const progress = (percent: number | null): void => {
    for (const picture of pictures) picture.progress(percent);
  };
  const answer = await runInHost({ host: 'sharp', job, signal, progress, about: inputName });
  if (!answer.ok) return pictures.map(() => err(answer.error));
  return isAlone ? [answer] : objectsOption(answer.value, 'answers').map((single) => ok(single));
}
