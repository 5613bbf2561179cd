/**
 * `pdf/a`: PDF/A-1b, 2b or 3b by Ghostscript. What comes out is looked at before anybody gets it: Ghostscript drops the
 * mark of the standard when it could not keep to it. It is no validator: colours and glyph widths are not measured.
 */
import path from 'node:path';
import type { Failure, Operation } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { runInHost } from '../../host/host-pool.ts';
import { textOption } from '../../read-options.ts';
import { ghostscript, runGhostscript } from './ghostscript.ts';
import { inspectPdf } from '../../converters/pdf/inspect-pdf.ts';
import type { PdfContent } from '../../converters/pdf/inspect-pdf.ts';
import { pdfOperation } from './pdf-tool.ts';
import type { PdfMade, PdfWork } from './pdf-tool.ts';
import { iccObject } from './prologue.ts';

export const pdfA: Operation = pdfOperation({ tools: [{ ...ghostscript, run }] });

async function run(work: PdfWork): Promise<Result<PdfMade, Failure>> {
  const { inputPath, inputName, signal } = work;
  const before = await inspectPdf({ path: inputPath, name: inputName }, signal);
  if (!before.ok) return before;
  const level = levelOf(work.options);
  const made = await runGhostscript(work, {
    options: pdfAOptions(level, before.value),
    prologue: pdfAPrologue(),
    output: 'archive.pdf',
  });
  if (!made.ok) return made;
  const titled = await withTitle(made.value.path, { work, title: before.value.title, level });
  if (!titled.ok) return titled;
  const after = await inspectPdf({ path: titled.value, name: inputName }, signal);
  if (!after.ok) return after;
  const wrong = deviations(level, after.value);
  if (wrong.length > 0) return err(notConforming(work, { level, wrong }));
  const notes = [...made.value.notes, ...lossesOf(level, { before: before.value, after: after.value })];
  return ok({
    files: [titled.value],
    ...(notes.length === 0 ? {} : { message: notes.join('. ') }),
  });
}

const levelOf = (options: JsonObject): string => textOption(options, 'conformance_level') ?? '3b';

/** Pure. Pages with transparency become pictures in PDF/A-1, at print resolution. */
export function pdfAOptions(
  level: string,
  { isTransparent }: Pick<PdfContent, 'isTransparent'>,
): readonly string[] {
  return [
    `-dPDFA=${level.slice(0, 1)}`,
    // Leave out what the standard does not allow, rather than the standard.
    '-dPDFACompatibilityPolicy=1',
    '-sColorConversionStrategy=RGB',
    ...(level === '1b' && isTransparent ? ['-r300'] : []),
  ];
}

/** Pure. sRGB as Ghostscript brings it along is what colours mean. */
export function pdfAPrologue(): string {
  return `%!
${iccObject({ profile: 'srgb.icc', channels: 3 })}
[/_objdef {intent} /type /dict /OBJ pdfmark
[{intent} << /Type /OutputIntent /S /GTS_PDFA1 /DestOutputProfile {icc}
  /OutputConditionIdentifier (sRGB) /Info (sRGB IEC61966-2.1) >> /PUT pdfmark
[{Catalog} << /OutputIntents [ {intent} ] >> /PUT pdfmark
`;
}

/** Ghostscript loses titles in UTF-16 (10.0), and the standard wants the same title in both places. */
async function withTitle(
  made: string,
  {
    work,
    title,
    level,
  }: { readonly work: PdfWork; readonly title: string | undefined; readonly level: string },
): Promise<Result<string, Failure>> {
  if (title === undefined) return ok(made);
  const outputPath = path.join(work.workDir, 'titled.pdf');
  const job = {
    type: 'title-pdf-a',
    path: made,
    name: work.inputName,
    title,
    outputPath,
    isOld: level === '1b',
  };
  const answer = await runInHost({ host: 'pdf-lib', job, signal: work.signal, about: work.inputName });
  return answer.ok ? ok(answer.value['isChanged'] === true ? outputPath : made) : answer;
}

/** What the standard asks for and can be seen without drawing the pages. Pure. */
export function deviations(level: string, content: PdfContent): readonly string[] {
  const [part, conformance] = [level.slice(0, 1), level.slice(1).toUpperCase()];
  const isMarked = new RegExp(`pdfaid:part(?:>|=['"])${part}\\b`).test(content.xmp);
  const isOfLevel = new RegExp(`pdfaid:conformance(?:>|=['"])${conformance}\\b`).test(content.xmp);
  return [
    ...(isMarked && isOfLevel ? [] : ['its metadata does not name the standard']),
    ...(content.intents.some(({ type, channels }) => type === 'GTS_PDFA1' && channels !== undefined)
      ? []
      : ['it has no output intent with a colour profile']),
    ...content.openFonts.map((font) => `the font ${font} is not embedded`),
    ...(content.hasScript ? ['it holds JavaScript'] : []),
    ...(content.hasId ? [] : ['it has no identifier']),
    ...(part === '1' && content.isTransparent ? ['it is transparent in places'] : []),
    ...(part !== '3' && content.attachments > 0 ? ['it holds attached files'] : []),
  ];
}

function lossesOf(
  level: string,
  { before, after }: { readonly before: PdfContent; readonly after: PdfContent },
): readonly string[] {
  return [
    ...(level === '1b' && before.isTransparent
      ? ['PDF/A-1 knows no transparency: pages with it became pictures of themselves; 2b and 3b keep them']
      : []),
    ...(before.hasForm && !after.hasForm ? ['Form fields became plain page content'] : []),
    ...(before.hasScript ? ['JavaScript was left out'] : []),
    ...(before.attachments > after.attachments ? ['Attached files were left out'] : []),
  ];
}

function notConforming(
  { inputName }: PdfWork,
  { level, wrong }: { readonly level: string; readonly wrong: readonly string[] },
): Failure {
  return failure(
    'converter-failed',
    `ghostscript made no PDF/A-${level} of ${JSON.stringify(inputName)}: ${wrong.join('; ')}`,
    { hint: 'Other levels allow more or less: try `2b` or `3b`.', converter: { name: 'ghostscript' } },
  );
}
