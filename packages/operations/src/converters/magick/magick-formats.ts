/**
 * The formats of ImageMagick's library: our names, and the coder that reads or writes each. A coder is always named to
 * it, so that no content can choose one of those that read scripts, text, other files or addresses. Data only.
 */
import type { MagickFormat } from '@imagemagick/magick-wasm';

type Coders = Readonly<Record<string, MagickFormat>>;

/** Read and written. */
const both: Coders = {
  aai: 'AAI',
  ase: 'ASE',
  aseprite: 'ASEPRITE',
  avif: 'AVIF',
  bmp: 'BMP',
  cin: 'CIN',
  cur: 'CUR',
  dcx: 'DCX',
  dds: 'DDS',
  dpx: 'DPX',
  exr: 'EXR',
  farbfeld: 'FARBFELD',
  ff: 'FARBFELD',
  fits: 'FITS',
  fl32: 'FL32',
  g3: 'G3',
  gif: 'GIF',
  hdr: 'HDR',
  icb: 'ICB',
  ico: 'ICO',
  j2k: 'J2K',
  jng: 'JNG',
  jp2: 'JP2',
  jpc: 'JPC',
  jpg: 'JPEG',
  jps: 'JPS',
  jxl: 'JXL',
  miff: 'MIFF',
  mng: 'MNG',
  mtv: 'MTV',
  otb: 'OTB',
  pam: 'PAM',
  pbm: 'PBM',
  pcd: 'PCD',
  pct: 'PCT',
  pcx: 'PCX',
  pfm: 'PFM',
  pgm: 'PGM',
  phm: 'PHM',
  pict: 'PICT',
  png: 'PNG',
  pnm: 'PNM',
  ppm: 'PPM',
  psb: 'PSB',
  psd: 'PSD',
  ptif: 'PTIF',
  qoi: 'QOI',
  ras: 'RAS',
  sgi: 'SGI',
  sun: 'SUN',
  tga: 'TGA',
  tiff: 'TIFF',
  vda: 'VDA',
  vicar: 'VICAR',
  viff: 'VIFF',
  vips: 'VIPS',
  vst: 'VST',
  wbmp: 'WBMP',
  webp: 'WEBP',
  xbm: 'XBM',
  xpm: 'XPM',
  xv: 'XV',
};

/** Camera raw: LibRaw inside the library tells the maker by the content. It is built without what reads Sigma's X3F. */
const raw: Coders = {
  '3fr': '3FR',
  arw: 'ARW',
  cr2: 'CR2',
  cr3: 'CR3',
  crw: 'CRW',
  dcr: 'DCR',
  dng: 'DNG',
  erf: 'ERF',
  fff: 'FFF',
  iiq: 'IIQ',
  k25: 'K25',
  kdc: 'KDC',
  mdc: 'MDC',
  mef: 'MEF',
  mos: 'MOS',
  mrw: 'MRW',
  nef: 'NEF',
  nrw: 'NRW',
  orf: 'ORF',
  pef: 'PEF',
  raf: 'RAF',
  raw: 'DNG',
  rw2: 'RW2',
  rwl: 'RWL',
  sr2: 'SR2',
  srf: 'SRF',
  srw: 'SRW',
};

export const rawFormats: ReadonlySet<string> = new Set(Object.keys(raw));

export const readers: Coders = {
  ...both,
  ...raw,
  apng: 'PNG',
  dcm: 'DCM',
  heic: 'HEIC',
  heif: 'HEIF',
  hrz: 'HRZ',
  ipl: 'IPL',
  palm: 'PALM',
  sf3: 'SF3',
  // Its writer spoils pictures of few colours.
  wpg: 'WPG',
  xcf: 'XCF',
};

export const writers: Coders = {
  ...both,
  // Its reader does not read what its writer writes.
  sixel: 'SIXEL',
  // Of level 3: compressed, where the older ones spell every sample in hexadecimal digits.
  eps: 'EPS3',
  ps: 'PS3',
  pdf: 'PDF',
};

/** Frames of these follow each other in time. */
export const animations: ReadonlySet<string> = new Set(['gif', 'webp', 'mng']);
/** Pages of these stand side by side: as many pictures come out. */
export const pagedInputs: ReadonlySet<string> = new Set(['tiff', 'dcx']);
export const pagedOutputs: ReadonlySet<string> = new Set(['tiff', 'dcx', 'pdf', 'ps']);
/** The same picture in several sizes: the largest counts. */
export const sizedInputs: ReadonlySet<string> = new Set(['ico', 'cur', 'ptif', 'dds', 'pcd']);
/** Layers; the picture is all of them on top of each other. */
export const layeredInputs: ReadonlySet<string> = new Set(['xcf']);

export const lossyOutputs: ReadonlySet<string> = new Set([
  'jpg',
  'jps',
  'jng',
  'webp',
  'avif',
  'jxl',
  'jp2',
  'j2k',
  'jpc',
  'pdf',
]);
/** What cannot be seen through: there, transparency becomes white. */
export const opaqueOutputs: ReadonlySet<string> = new Set([
  'jpg',
  'jps',
  'cin',
  'eps',
  'ps',
  'g3',
  'hdr',
  'mtv',
  'otb',
  'palm',
  'pbm',
  'pcd',
  'pcx',
  'dcx',
  'pfm',
  'pgm',
  'phm',
  'pnm',
  'ppm',
  'ras',
  'sun',
  'vicar',
  'wbmp',
  'xbm',
  'xv',
]);
/** What carries a colour profile along. */
export const profiledOutputs: ReadonlySet<string> = new Set([
  'jpg',
  'png',
  'tiff',
  'webp',
  'psd',
  'psb',
  'miff',
]);
export const cmykOutputs: ReadonlySet<string> = new Set([
  'jpg',
  'tiff',
  'psd',
  'psb',
  'pdf',
  'eps',
  'ps',
  'miff',
]);

/** Largest edge that a format can store; a larger picture is scaled down to it. */
export const iconEdge = 256;
export const icons: ReadonlySet<string> = new Set(['ico', 'cur']);
