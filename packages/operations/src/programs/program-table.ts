/**
 * The programs that the local backend can use when they are installed: what they are called, how they tell their version,
 * under which licence they come, and which package brings them. Data only: nothing is looked up or started here.
 */

export interface Program {
  /** Commands by which it is found on PATH, the best first. */
  readonly commands: readonly [string, ...string[]];
  /** Arguments that make it say its version. */
  readonly versionArgs: readonly string[];
  /** Its first group is the version. Output that does not match comes from another program of the same name. */
  readonly versionPattern: RegExp;
  /** Files of it that lie beside the command, where that is no more than a script that starts them. */
  readonly beside?: readonly string[];
  /** SPDX. */
  readonly license: string;
  /** What it is for, in a few words: shown by `pipeline doctor`. */
  readonly purpose: string;
  /** Package names, by package manager. */
  readonly packages: Readonly<Partial<Record<PackageManager, string>>>;
}

export type PackageManager = 'apt' | 'brew' | 'winget';

export type ProgramName =
  | 'libreoffice'
  | 'ffmpeg'
  | 'ffprobe'
  | 'pandoc'
  | 'imagemagick'
  | 'graphicsmagick'
  | 'ghostscript'
  | 'inkscape'
  | 'calibre'
  | 'poppler'
  | 'qpdf'
  | 'tesseract'
  | 'ocrmypdf'
  | 'exiftool'
  | 'sevenzip'
  | 'unar'
  | 'chromium'
  | 'fontforge'
  | 'rsvg'
  | 'djvulibre'
  | 'heif'
  | 'dcraw'
  | 'pstoedit'
  | 'mupdf'
  | 'lzop'
  | 'perl'
  | 'rzip';

export const programs: Readonly<Record<ProgramName, Program>> = {
  libreoffice: {
    commands: ['soffice', 'libreoffice'],
    versionArgs: ['--version'],
    versionPattern: /LibreOffice (\d+(?:\.\d+)+)/,
    beside: ['soffice.bin', 'versionrc'],
    license: 'MPL-2.0',
    purpose: 'office documents with their page layout',
    packages: {
      apt: 'libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui libreoffice-draw-nogui',
      brew: '--cask libreoffice',
      winget: 'TheDocumentFoundation.LibreOffice',
    },
  },
  ffmpeg: {
    commands: ['ffmpeg'],
    versionArgs: ['-version'],
    versionPattern: /ffmpeg version n?(\d+(?:\.\d+)*)/,
    license: 'GPL-2.0-or-later',
    purpose: 'video and audio',
    packages: { apt: 'ffmpeg', brew: 'ffmpeg', winget: 'Gyan.FFmpeg' },
  },
  ffprobe: {
    commands: ['ffprobe'],
    versionArgs: ['-version'],
    versionPattern: /ffprobe version n?(\d+(?:\.\d+)*)/,
    license: 'GPL-2.0-or-later',
    purpose: 'length and tracks of video and audio',
    packages: { apt: 'ffmpeg', brew: 'ffmpeg', winget: 'Gyan.FFmpeg' },
  },
  pandoc: {
    commands: ['pandoc'],
    versionArgs: ['--version'],
    versionPattern: /pandoc(?:\.exe)? (\d+(?:\.\d+)+)/,
    license: 'GPL-2.0-or-later',
    purpose: 'documents of text',
    packages: { apt: 'pandoc', brew: 'pandoc', winget: 'JohnMacFarlane.Pandoc' },
  },
  imagemagick: {
    // Not bare `convert`: on Windows that is a tool for file systems.
    commands: ['magick', 'convert-im7.q16', 'convert-im6.q16'],
    versionArgs: ['-version'],
    versionPattern: /Version: ImageMagick (\d+(?:\.\d+)+)/,
    license: 'ImageMagick',
    purpose: 'rare image formats',
    packages: { apt: 'imagemagick', brew: 'imagemagick', winget: 'ImageMagick.ImageMagick' },
  },
  graphicsmagick: {
    commands: ['gm'],
    versionArgs: ['version'],
    versionPattern: /GraphicsMagick (\d+(?:\.\d+)+)/,
    license: 'MIT',
    purpose: 'rare image formats',
    packages: { apt: 'graphicsmagick', brew: 'graphicsmagick' },
  },
  ghostscript: {
    commands: ['gs', 'gswin64c'],
    versionArgs: ['--version'],
    versionPattern: /^(\d+(?:\.\d+)+)/,
    license: 'AGPL-3.0-or-later',
    purpose: 'PostScript; PDF/A, PDF/X and smaller PDFs',
    packages: { apt: 'ghostscript', brew: 'ghostscript', winget: 'ArtifexSoftware.GhostScript' },
  },
  inkscape: {
    commands: ['inkscape'],
    versionArgs: ['--version'],
    versionPattern: /Inkscape (\d+(?:\.\d+)+)/,
    license: 'GPL-3.0-or-later',
    purpose: 'vector drawings',
    packages: { apt: 'inkscape', brew: '--cask inkscape', winget: 'Inkscape.Inkscape' },
  },
  calibre: {
    commands: ['ebook-convert'],
    versionArgs: ['--version'],
    versionPattern: /calibre (\d+(?:\.\d+)+)/,
    license: 'GPL-3.0-only',
    purpose: 'ebooks',
    packages: { apt: 'calibre', brew: '--cask calibre', winget: 'calibre.calibre' },
  },
  poppler: {
    commands: ['pdftocairo'],
    versionArgs: ['-v'],
    versionPattern: /version (\d+(?:\.\d+)+)/,
    license: 'GPL-2.0-or-later',
    purpose: 'PDF pages as drawings, pictures and text',
    packages: { apt: 'poppler-utils', brew: 'poppler' },
  },
  qpdf: {
    commands: ['qpdf'],
    versionArgs: ['--version'],
    versionPattern: /qpdf version (\d+(?:\.\d+)+)/,
    license: 'Apache-2.0',
    purpose: 'encryption and pages of PDF',
    packages: { apt: 'qpdf', brew: 'qpdf', winget: 'qpdf.qpdf' },
  },
  tesseract: {
    commands: ['tesseract'],
    versionArgs: ['--version'],
    versionPattern: /tesseract v?(\d+(?:\.\d+)+)/,
    license: 'Apache-2.0',
    purpose: 'text in pictures (OCR)',
    packages: { apt: 'tesseract-ocr', brew: 'tesseract tesseract-lang', winget: 'UB-Mannheim.TesseractOCR' },
  },
  ocrmypdf: {
    commands: ['ocrmypdf'],
    versionArgs: ['--version'],
    versionPattern: /^(\d+(?:\.\d+)+)/,
    license: 'MPL-2.0',
    purpose: 'searchable PDFs of scans',
    packages: { apt: 'ocrmypdf', brew: 'ocrmypdf' },
  },
  exiftool: {
    commands: ['exiftool'],
    versionArgs: ['-ver'],
    versionPattern: /^(\d+(?:\.\d+)+)/,
    license: 'Artistic-1.0-Perl OR GPL-1.0-or-later',
    purpose: 'metadata',
    packages: { apt: 'libimage-exiftool-perl', brew: 'exiftool', winget: 'OliverBetz.ExifTool' },
  },
  sevenzip: {
    commands: ['7zz', '7z', '7za'],
    versionArgs: ['i'],
    versionPattern: /7-Zip (?:\([az]\) )?(?:\[\d+\] )?(\d+(?:\.\d+)+)/,
    license: 'LGPL-2.1-or-later',
    purpose: 'archives',
    packages: { apt: '7zip', brew: 'sevenzip', winget: '7zip.7zip' },
  },
  unar: {
    commands: ['unar'],
    versionArgs: ['-version'],
    versionPattern: /^v?(\d+(?:\.\d+)+)/,
    license: 'LGPL-2.1-or-later',
    purpose: 'old and rare archives (RAR, ACE, ALZ, …)',
    packages: { apt: 'unar', brew: 'unar' },
  },
  chromium: {
    commands: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome', 'msedge'],
    versionArgs: ['--version'],
    versionPattern: /(?:Chromium|Chrome|Edge) (\d+(?:\.\d+)+)/,
    license: 'BSD-3-Clause',
    purpose: 'web pages as a browser shows them',
    packages: { apt: 'chromium', brew: '--cask chromium', winget: 'Google.Chrome' },
  },
  fontforge: {
    commands: ['fontforge'],
    versionArgs: ['--version'],
    versionPattern: /fontforge (?:version )?(\d+)/i,
    license: 'GPL-3.0-or-later',
    purpose: 'fonts',
    packages: { apt: 'fontforge-nox', brew: 'fontforge', winget: 'FontForge.FontForge' },
  },
  rsvg: {
    commands: ['rsvg-convert'],
    versionArgs: ['--version'],
    versionPattern: /version (\d+(?:\.\d+)+)/,
    license: 'LGPL-2.1-or-later',
    purpose: 'SVG drawings into PDF and PostScript',
    packages: { apt: 'librsvg2-bin', brew: 'librsvg' },
  },
  djvulibre: {
    commands: ['ddjvu'],
    versionArgs: ['--help'],
    versionPattern: /DjVuLibre-(\d+(?:\.\d+)+)/,
    license: 'GPL-2.0-or-later',
    purpose: 'DjVu scans',
    packages: { apt: 'djvulibre-bin', brew: 'djvulibre', winget: 'DjVuLibre.DjView' },
  },
  heif: {
    commands: ['heif-convert', 'heif-dec'],
    versionArgs: ['--version'],
    versionPattern: /(\d+(?:\.\d+)+)/,
    license: 'LGPL-3.0-or-later',
    purpose: 'HEIC photos',
    packages: { apt: 'libheif-examples', brew: 'libheif' },
  },
  pstoedit: {
    commands: ['pstoedit'],
    versionArgs: ['-v'],
    versionPattern: /pstoedit: version (\d+(?:\.\d+)+)/,
    license: 'GPL-2.0-or-later',
    purpose: 'drawings as DXF and CGM',
    packages: { apt: 'pstoedit', brew: 'pstoedit' },
  },
  mupdf: {
    commands: ['mutool'],
    versionArgs: ['-v'],
    versionPattern: /mutool version (\d+(?:\.\d+)+)/,
    license: 'AGPL-3.0-or-later',
    purpose: 'XPS documents',
    packages: { apt: 'mupdf-tools', brew: 'mupdf-tools' },
  },
  dcraw: {
    commands: ['dcraw'],
    versionArgs: [],
    versionPattern: /dcraw"? v(\d+(?:\.\d+)+)/,
    license: 'GPL-2.0-or-later',
    purpose: "Sigma's raw photos",
    packages: { apt: 'dcraw', brew: 'dcraw' },
  },
  perl: {
    commands: ['perl'],
    versionArgs: ['--version'],
    versionPattern: /\(v(\d+(?:\.\d+)+)\)/,
    license: 'Artistic-1.0-Perl OR GPL-1.0-or-later',
    purpose: 'runs the ExifTool that comes along, for metadata of pictures',
    packages: { apt: 'perl', brew: 'perl', winget: 'StrawberryPerl.StrawberryPerl' },
  },
  lzop: {
    commands: ['lzop'],
    versionArgs: ['--version'],
    versionPattern: /^lzop (\d+(?:\.\d+)+)/,
    license: 'GPL-2.0-or-later',
    purpose: 'LZO archives',
    packages: { apt: 'lzop', brew: 'lzop' },
  },
  rzip: {
    commands: ['rzip'],
    versionArgs: ['-V'],
    versionPattern: /rzip version (\d+(?:\.\d+)+)/,
    license: 'GPL-2.0-or-later',
    purpose: 'RZIP archives',
    packages: { apt: 'rzip', brew: 'rzip' },
  },
};
