/** `watermark` on PDF: which options it takes, and whom it hands the work to. It draws nothing. */
import path from 'node:path';
import type { ActionRequest, Failure, Operation } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { fontOf } from '../font-names.ts';
import { runInHost } from '../host/host-pool.ts';
import { pdfLibVersion } from './merge.ts';
import { textOption } from '../read-options.ts';
import { pdfOperation } from './pdf/pdf-tool.ts';
import type { PdfMade, PdfWork } from './pdf/pdf-tool.ts';

const operation: Operation = pdfOperation({
  tools: [{ name: 'pdf-lib', standsFor: [], needs: [], version: async () => pdfLibVersion, run }],
});

export const watermarkPdf: Operation = {
  plan: (request, context) => {
    const wrong = wrongOptions(request);
    return wrong === undefined ? operation.plan(request, context) : err(wrong);
  },
  run: async (request, context) => {
    const wrong = wrongOptions(request);
    return wrong === undefined ? operation.run(request, context) : err(wrong);
  },
};

function wrongOptions({ options, fileInputs }: ActionRequest): Failure | undefined {
  const invalid = { code: 'INVALID_OPTION' };
  const images = fileInputs['image'] ?? [];
  if (images.length > 1) {
    const names = images.map(({ name }) => `"${name}"`).join(', ');
    return failure('unsupported', `A watermark is one image, but "image" gives ${images.length}: ${names}.`, {
      ...invalid,
      hint: 'Let it name a task that gives a single file.',
    });
  }
  if (options['text'] === undefined && options['image'] === undefined) {
    const message = 'The watermark has neither "text" nor "image".';
    return failure('unsupported', message, { ...invalid, hint: 'Set one of them.' });
  }
  return undefined;
}

async function run(work: PdfWork): Promise<Result<PdfMade, Failure>> {
  const { inputPath, inputName, options, fileInputs, workDir, signal, progress } = work;
  const [image] = fileInputs['image'] ?? [];
  if (options['image'] !== undefined && image === undefined) {
    const task = JSON.stringify(options['image']);
    return err(failure('not-found', `The task ${task} gave no image for the watermark.`));
  }
  const outputPath = path.join(workDir, 'marked.pdf');
  const answer = await runInHost({
    host: 'watermark-pdf',
    job: {
      inputPath,
      inputName,
      outputPath,
      options,
      ...(image === undefined ? {} : { imagePath: image.path, imageName: image.name }),
    },
    signal,
    progress,
    about: inputName,
  });
  if (!answer.ok) return answer;
  const note = image === undefined ? fontOf(textOption(options, 'font_name')).note : undefined;
  return ok({ files: [outputPath], ...(note === undefined ? {} : { message: note }) });
}
