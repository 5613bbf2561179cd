/** Draws the text or picture that is laid over a video: a PNG of the right size, made by the host that draws pictures. */
import path from 'node:path';
import type { Failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { ok } from '@pipeline/schema';
import type { MachinePart } from '../../basis/machine-parts.ts';
import { runInHost } from '../../host/host-pool.ts';
import type { OpenedMedia } from './run-media.ts';

/** For plans of `watermark`. A letter that the font lacks comes from one of the system. */
export const markUses = ({ options }: { readonly options: JsonObject }): readonly MachinePart[] =>
  options['text'] === undefined ? [{ type: 'libvips' }] : [{ type: 'libvips' }, { type: 'fonts' }];

export interface MarkRequest {
  readonly opened: OpenedMedia;
  /** Those of the operation `watermark`. */
  readonly options: JsonObject;
  readonly text?: string;
  readonly image?: { readonly path: string; readonly name: string };
  readonly inputName: string;
  readonly workDir: string;
  readonly signal: AbortSignal;
}

/** The name of the PNG inside of `workDir`. */
export async function drawMark(request: MarkRequest): Promise<Result<string, Failure>> {
  const { opened, options, text, image, inputName, workDir, signal } = request;
  const { width = 0, height = 0 } = opened.info.video ?? {};
  const name = 'mark.png';
  const answer = await runInHost({
    host: 'sharp',
    job: {
      type: 'layer',
      outputPath: path.join(workDir, name),
      page: { width, height },
      options,
      ...(text === undefined ? {} : { text }),
      ...(image === undefined ? {} : { imagePath: image.path, imageName: image.name }),
    },
    signal,
    about: inputName,
  });
  return answer.ok ? ok(name) : answer;
}
