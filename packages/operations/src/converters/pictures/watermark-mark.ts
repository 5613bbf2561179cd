/** The layer of a watermark as a file of its own, for what is not drawn here: video. Inside a host. */
import { writeFile } from 'node:fs/promises';
import type { JsonObject } from '@pipeline/schema';
import { jobObject, jobText, numberOption } from '../../host/read-job.ts';
import { textOption } from '../../read-options.ts';
import { imageLayer, textLayer } from './watermark-layer.ts';

/** Job: `outputPath page options text? imagePath? imageName?`; answer: the size of the PNG. */
export async function watermarkMark(job: JsonObject): Promise<JsonObject> {
  const options = jobObject(job, 'options');
  const size = jobObject(job, 'page');
  const page = { width: numberOption(size, 'width') ?? 1, height: numberOption(size, 'height') ?? 1 };
  const image = textOption(job, 'imagePath');
  const layer =
    image === undefined
      ? await textLayer(textOption(job, 'text') ?? '', page, options)
      : await imageLayer({ path: image, name: jobText(job, 'imageName') }, page, options);
  await writeFile(jobText(job, 'outputPath'), layer.png);
  return { width: layer.width, height: layer.height };
}
