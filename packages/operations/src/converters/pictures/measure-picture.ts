/** The size of a picture as it is shown, its frames, and how long they last. Inside a host; only the header is read. */
import type { JsonObject } from '@pipeline/schema';
import { jobText } from '../../host/read-job.ts';
import { sizeOf } from './convert-picture.ts';
import { openPicture } from './open-picture.ts';

/** Job: `inputPath inputName`; answer: `width height frames seconds`. */
export async function measurePicture(job: JsonObject): Promise<JsonObject> {
  const { metadata, frames } = await openPicture(jobText(job, 'inputPath'), {
    name: jobText(job, 'inputName'),
  });
  const { width, height } = sizeOf(metadata, true);
  const delayMs = (metadata.delay ?? []).reduce((sum, delay) => sum + delay, 0);
  return { width, height, frames, seconds: delayMs / 1000 };
}
