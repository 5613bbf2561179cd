/**
 * `pdf/x`: PDF/X-1a, X-3 or X-4 by Ghostscript: CMYK for the profile that it brings along (SWOP), fonts embedded, nothing
 * that moves. What comes out is looked at before anybody gets it. It is no preflight: ink and resolution are not measured.
 */
import path from 'node:path';
import type { Failure, Operation } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { runInHost } from '../../host/host-pool.ts';
import { ghostscript, runGhostscript } from './ghostscript.ts';
import { inspectPdf } from '../../converters/pdf/inspect-pdf.ts';
import type { PdfContent } from '../../converters/pdf/inspect-pdf.ts';
import { pdfOperation } from './pdf-tool.ts';
import type { PdfMade, PdfWork } from './pdf-tool.ts';
import { docInfo, iccObject } from './prologue.ts';

export type PdfXVariant = '1a' | '3' | '4';

/** What the document information must say; X-4 says it in its metadata. */
const versions: Readonly<Record<PdfXVariant, string>> = {
  '1a': 'PDF/X-1:2001',
  '3': 'PDF/X-3:2002',
  '4': 'PDF/X-4',
};

export const pdfX: Operation = pdfOperation({ tools: [{ ...ghostscript, run }], mistake });

function mistake(options: JsonObject): Failure | undefined {
  if (variantOf(options) !== undefined) return undefined;
  const shown = JSON.stringify(options['variant']);
  return failure('unsupported', `There is no PDF/X variant ${shown} on the local backend`, {
    code: 'INVALID_OPTION',
    hint: 'Set `variant` to 1a (CMYK alone), 3 (for colour-managed printing) or 4 (with transparency, the default).',
  });
}

/** `4`, `"X-4"`, `"PDF/X-1a"`. */
export function variantOf({ variant }: JsonObject): PdfXVariant | undefined {
  const given = variant === undefined ? '4' : typeof variant === 'number' ? String(variant) : variant;
  const name = typeof given === 'string' ? given.toLowerCase().replace(/^(?:pdf\/?)?x-?/, '') : '';
  return name === '1a' || name === '3' || name === '4' ? name : undefined;
}

async function run(work: PdfWork): Promise<Result<PdfMade, Failure>> {
  const { inputPath, inputName, signal } = work;
  const variant = variantOf(work.options) ?? '4';
  const before = await inspectPdf({ path: inputPath, name: inputName }, signal);
  if (!before.ok) return before;
  const made = await runGhostscript(work, {
    options: pdfXOptions(variant, before.value),
    prologue: pdfXPrologue(variant, before.value.title ?? inputName),
    output: 'print.pdf',
  });
  if (!made.ok) return made;
  const marked = variant === '4' ? await markX4(made.value.path, work) : ok(made.value.path);
  if (!marked.ok) return marked;
  const after = await inspectPdf({ path: marked.value, name: inputName }, signal);
  if (!after.ok) return after;
  const wrong = pdfXDeviations(variant, after.value);
  if (wrong.length > 0) {
    const message = `ghostscript made no PDF/X-${variant} of ${JSON.stringify(inputName)}: ${wrong.join('; ')}`;
    return err(failure('converter-failed', message, { converter: { name: 'ghostscript' } }));
  }
  const isFlattened = variant !== '4' && before.value.isTransparent;
  const flattened = `PDF/X-${variant} knows no transparency: pages with it became pictures of themselves; \`variant: 4\` keeps them`;
  const notes = [...made.value.notes, ...(isFlattened ? [flattened] : [])];
  return ok({ files: [marked.value], ...(notes.length === 0 ? {} : { message: notes.join('. ') }) });
}

/** Pure. */
export function pdfXOptions(
  variant: PdfXVariant,
  { isTransparent }: Pick<PdfContent, 'isTransparent'>,
): readonly string[] {
  return [
    '-sColorConversionStrategy=CMYK',
    '-sProcessColorModel=DeviceCMYK',
    // Comments and form fields are for screens.
    '-dPreserveAnnots=false',
    '-dEmbedAllFonts=true',
    '-dSubsetFonts=true',
    ...(variant === '4' ? ['-dCompatibilityLevel=1.6'] : ['-dPDFX']),
    ...(variant !== '4' && isTransparent ? ['-r300'] : []),
  ];
}

/** Pure. */
export function pdfXPrologue(variant: PdfXVariant, title: string): string {
  const conformance = variant === '1a' ? '/GTS_PDFXConformance (PDF/X-1a:2001) ' : '';
  const more = `/GTS_PDFXVersion (${versions[variant]}) ${conformance}/Trapped /False `;
  return `%!
% The 14 fonts that every viewer has are embedded, too.
<< /NeverEmbed [] >> setdistillerparams
${docInfo({ title, more })}
${iccObject({ profile: 'default_cmyk.icc', channels: 4 })}
[/_objdef {intent} /type /dict /OBJ pdfmark
[{intent} << /Type /OutputIntent /S /GTS_PDFX /DestOutputProfile {icc} /OutputCondition (SWOP)
  /OutputConditionIdentifier (CGATS TR 001) /RegistryName (http://www.color.org) /Info (CGATS TR 001 (SWOP)) >> /PUT pdfmark
[{Catalog} << /OutputIntents [ {intent} ] >> /PUT pdfmark
`;
}

async function markX4(made: string, work: PdfWork): Promise<Result<string, Failure>> {
  const outputPath = path.join(work.workDir, 'marked.pdf');
  const { inputName: name, dateMs, signal } = work;
  const job = { type: 'mark-pdf-x4', path: made, name, outputPath, dateMs };
  const answer = await runInHost({ host: 'pdf-lib', job, signal, about: name });
  return answer.ok ? ok(outputPath) : answer;
}

/** What the standards ask for and can be seen without drawing the pages. Pure. */
export function pdfXDeviations(variant: PdfXVariant, content: PdfContent): readonly string[] {
  const isMarked =
    variant === '4'
      ? content.xmp.includes('>PDF/X-4</pdfxid:GTS_PDFXVersion>')
      : content.pdfX === versions[variant];
  const isIntended = content.intents.some(({ type, channels }) => type === 'GTS_PDFX' && channels === 4);
  return [
    ...(isMarked ? [] : ['it does not name the standard']),
    ...(isIntended ? [] : ['it has no output intent with a CMYK profile']),
    ...(content.trapped === undefined ? ['it does not say whether it is trapped'] : []),
    ...(content.hasId ? [] : ['it has no identifier']),
    ...(content.pagesWithoutTrim > 0 ? [`${content.pagesWithoutTrim} pages have no trim box`] : []),
    ...content.openFonts.map((font) => `the font ${font} is not embedded`),
    ...(content.hasRgb ? ['it uses RGB colours'] : []),
    ...(content.annotations > 0 ? ['it holds comments or form fields'] : []),
    ...(content.hasScript ? ['it holds JavaScript'] : []),
    ...(variant !== '4' && content.isTransparent ? ['it is transparent in places'] : []),
  ];
}
