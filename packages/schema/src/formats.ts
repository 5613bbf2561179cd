/**
 * The formats that the language knows: names, the kind of thing each is, and their aliases.
 * The 213 names of CloudConvert's `GET /v2/operations` (2026) with its groups, plus text, data and image formats that
 * free converters handle. It does not know which converter handles what.
 */

export type FormatKind =
  | 'image'
  | 'vector'
  | 'pdf'
  | 'document'
  | 'spreadsheet'
  | 'presentation'
  | 'ebook'
  | 'data'
  | 'archive'
  | 'audio'
  | 'video'
  | 'font'
  | 'cad'
  | 'other';

const namesByKind: Readonly<Record<FormatKind, string>> = {
  image:
    '3fr arw avif bmp cr2 cr3 crw dcr dng eps erf gif heic heif icns ico jpg mos mrw nef orf pef ' +
    'png ppm ps psb psd raf raw rw2 tga tiff webp x3f xcf xps jxl jp2 j2k pcx pnm pbm pgm pam dds ' +
    'exr hdr qoi wbmp xbm xpm sgi miff apng cur aai ase aseprite cin dcm dcx dpx farbfeld ff fff fits fl32 ' +
    'g3 hrz icb iiq ipl jng jpc jps k25 kdc mdc mef mng mtv nrw otb palm pcd pct pfm phm pict ptif ' +
    'ras rwl sf3 sixel sr2 srf srw sun vda vicar viff vips vst wpg xv',
  vector: 'ai cdr cgm emf odg sk sk1 svg svgz vsd wmf fodg drawio',
  pdf: 'pdf',
  document:
    'abw djvu doc docm docx dot dotx html hwp hwpx lwp md odt pages pub rst rtf sdw tex txt wpd wps ' +
    'zabw docbook jats opml mediawiki dokuwiki jira textile creole org muse tikiwiki twiki vimwiki ' +
    'fodt man t2t ipynb typst asciidoc context texinfo haddock zimwiki xwiki icml tei ms native djot gfm ' +
    'commonmark beamer',
  spreadsheet: 'csv et numbers ods sdc xls xlsm xlsx xlsb fods dif slk prn dbf sylk eth',
  presentation: 'dps key odp pot potx pps ppsx ppt pptm pptx sda fodp',
  ebook: 'azw azw3 azw4 cbc cbr cbz chm epub fb2 htmlz lit lrf mobi oeb pdb pml prc rb snb tcr txtz',
  data: 'json yaml toml xml ini tsv jsonl plist properties parquet json5 env bib biblatex ris csljson',
  archive:
    '7z ace alz arc arj bz bz2 cab cpio deb dmg gz img iso jar lha lz lzma lzo rar rpm rz tar tar.7z ' +
    'tar.bz tar.bz2 tar.gz tar.lzo tar.xz tar.z tzo xz z zip tar.zst tar.lz4 tar.br zst wim squashfs ' +
    'ar apk xpi',
  audio:
    'aac ac3 aifc aiff amr au caf dss flac m4a m4b mp3 oga opus sf2 sfark voc wav weba wma mp2 mka ' +
    'eac3 m4r w64 rso sbc dts tta wv spx ape mpc ra gsm aa',
  video:
    '3g2 3gp avi cavs dv dvr flv m2ts m4v mkv mod mov mp4 mpeg mts mxf ogg ogv rm rmvb swf ts vob ' +
    'webm wmv wtv asf nut ivf h264 hevc divx xvid y4m f4v mjpeg',
  font: 'eot otf ttf woff woff2 otc ttc',
  cad: 'dwf dwg dxf',
  other: 'eml vtt srt ass ssa ttml',
};

/** Other spellings of the same format; the value is the name that the rest of the house uses. */
const aliases: Readonly<Record<string, string>> = {
  jpeg: 'jpg',
  jfif: 'jpg',
  jpe: 'jpg',
  // OpenDocument Drawing, as CloudConvert calls it.
  odd: 'odg',
  tif: 'tiff',
  htm: 'html',
  yml: 'yaml',
  markdown: 'md',
  mpg: 'mpeg',
  aif: 'aiff',
  tgz: 'tar.gz',
  tbz: 'tar.bz2',
  tbz2: 'tar.bz2',
  txz: 'tar.xz',
  tz: 'tar.z',
  '3gpp': '3gp',
  adoc: 'asciidoc',
  typ: 'typst',
  latex: 'tex',
  ndjson: 'jsonl',
  bibtex: 'bib',
  snd: 'au',
};

const kinds: ReadonlyMap<string, FormatKind> = new Map(
  Object.entries(namesByKind).flatMap(([kind, names]) =>
    names.split(' ').map((name): [string, FormatKind] => [name, asKind(kind)]),
  ),
);

function asKind(kind: string): FormatKind {
  if (!isKind(kind)) throw new Error(`not a format kind: ${kind}`);
  return kind;
}

function isKind(kind: string): kind is FormatKind {
  return Object.hasOwn(namesByKind, kind);
}

/** Every format name and alias, for did-you-mean and completion. */
export function formatNames(): readonly string[] {
  return [...kinds.keys(), ...Object.keys(aliases)];
}

/** `JPEG` → `jpg`; a name that is not known comes back in lower case. */
export function canonicalFormat(name: string): string {
  const lower = name.toLowerCase();
  return Object.hasOwn(aliases, lower) ? (aliases[lower] ?? lower) : lower;
}

export function isKnownFormat(name: string): boolean {
  return kinds.has(canonicalFormat(name));
}

/** Undefined for a format that is not known. */
export function formatKind(name: string): FormatKind | undefined {
  return kinds.get(canonicalFormat(name));
}

/**
 * The extension of a file name without the dot, as written; `tar.gz` and its like count as one. Empty when there is
 * none: a leading dot (`.gitignore`) starts a name, not an extension.
 */
export function fileExtension(fileName: string): string {
  const dot = fileName.lastIndexOf('.');
  if (dot <= 0) return '';
  const before = fileName.slice(0, dot);
  const isTar = before.slice(-4).toLowerCase() === '.tar';
  return fileName.slice(isTar ? dot - 3 : dot + 1);
}

/** The canonical format that a file name claims; empty when it claims none. */
export function formatOfFile(fileName: string): string {
  return canonicalFormat(fileExtension(fileName));
}
