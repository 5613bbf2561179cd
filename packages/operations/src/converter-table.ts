/** The table of converters. The order means nothing: `rank` says which is better. Light to load: no library, no program. */
import { calibre } from './converters/calibre.ts';
import { chain } from './converters/chain.ts';
import { chromium } from './converters/chromium/chromium.ts';
import type { Converter, Need } from './converters/converter.ts';
import { email } from './converters/email/email.ts';
import { ffmpeg } from './converters/media/ffmpeg.ts';
import { fonts } from './converters/fonts/fonts.ts';
import { fontforge } from './converters/fonts/fontforge.ts';
import { ghostscript } from './converters/drawings/ghostscript.ts';
import { icns } from './converters/pictures/icns.ts';
import { inkscape } from './converters/drawings/inkscape.ts';
import { djvu, mupdf, pdfLines, pstoedit } from './converters/drawings/native-drawings.ts';
import { dcraw } from './converters/pictures/dcraw.ts';
import { graphicsmagick, heif, imagemagick } from './converters/pictures/native-pictures.ts';
import { odd } from './converters/drawings/odd.ts';
import { poppler } from './converters/drawings/poppler.ts';
import { lzopWriter } from './converters/archives/lzop-writer.ts';
import { magick } from './converters/magick/magick.ts';
import { libreoffice } from './converters/libreoffice/libreoffice.ts';
import { libreofficeWasm } from './converters/libreoffice/libreoffice-wasm.ts';
import { odgPictures } from './converters/pictures/odg-pictures.ts';
import { nodeAv } from './converters/media/node-av.ts';
import { pandoc } from './converters/pandoc/pandoc.ts';
import { pandocTypst } from './converters/pandoc/pandoc-typst.ts';
import { pdfium } from './converters/pdf/pdfium.ts';
import { pdfDocuments, pdfPages } from './converters/pdf/pdf-html.ts';
import { rsvg } from './converters/drawings/rsvg.ts';
import { sevenZip } from './converters/archives/seven-zip.ts';
import { sharp } from './converters/pictures/sharp.ts';
import { subtitles } from './converters/media/subtitles.ts';
import { tables } from './converters/tables/tables.ts';
import { typst } from './converters/typst/typst.ts';
import { sharpPictures, typstPictures } from './converters/typst/typst-pictures.ts';
import { lzop, rzip, unar } from './converters/archives/unarchivers.ts';
import { repacking } from './converters/archives/unpackers.ts';
import { hasPack } from './packs.ts';
import { findProgram } from './programs/find-program.ts';

/** Pictures that only ImageMagick writes; drawings and paper reach PDF and PostScript in better ways. */
const beyondSharp: readonly string[] = (magick.pairs['png'] ?? []).filter(
  (to) => !['pdf', 'eps', 'ps'].includes(to) && sharp.pairs['png']?.includes(to) !== true,
);

export const converters: readonly Converter[] = [
  sharp,
  magick,
  // One entry each, so that a document reaches them in one step more: docx → pdf → bmp.
  chain({ first: pdfium, via: 'png', second: magick, pairs: { pdf: beyondSharp }, penalty: 10 }),
  chain({
    first: sharp,
    via: 'png',
    second: magick,
    pairs: { svg: beyondSharp, svgz: beyondSharp },
    penalty: 10,
  }),
  pandoc,
  typst,
  pandocTypst,
  tables,
  // Spreadsheets that pandoc does not read reach paper as HTML.
  chain({ first: tables, via: 'html', second: pandocTypst }),
  email,
  // Messages reach paper, and documents, as HTML.
  chain({ first: email, via: 'html', second: chromium, penalty: 10 }),
  chain({ first: email, via: 'html', second: pandocTypst, penalty: 10 }),
  chain({ first: email, via: 'html', second: pandoc, penalty: 10 }),
  typstPictures,
  sharpPictures,
  odgPictures,
  pdfium,
  pdfPages,
  // Documents are made of the text as it flows, not of pictures of the pages.
  pdfDocuments(pandoc),
  rsvg,
  chromium,
  ffmpeg,
  subtitles,
  icns,
  odd,
  nodeAv,
  fonts,
  fontforge,
  ghostscript,
  poppler,
  inkscape,
  pstoedit,
  pdfLines,
  mupdf,
  djvu,
  imagemagick,
  graphicsmagick,
  heif,
  dcraw,
  sevenZip,
  repacking(unar),
  repacking(lzop),
  repacking(rzip),
  lzopWriter,
  libreoffice,
  libreofficeWasm,
  calibre,
];

/** Everything it needs is on this machine. */
export function isInstalled({ needs }: Pick<Converter, 'needs'>): boolean {
  return needs.every(isMet);
}

export function isMet(need: Need): boolean {
  return need.type === 'program' ? findProgram(need.name) !== undefined : hasPack(need.name);
}
