/** Which module answers for which host name. A library is loaded when the first job for it arrives, never before. */
import type { HostModule, HostName } from './protocol.ts';

export type HostTable = Readonly<Record<string, () => Promise<{ readonly host: HostModule }>>>;

export const hostTable: HostTable = {
  sharp: () => import('../converters/pictures/sharp-host.ts'),
  svgo: () => import('../converters/pictures/svgo-host.ts'),
  pdfium: () => import('../converters/pdf/pdfium-host.ts'),
  pandoc: () => import('../converters/pandoc/pandoc-host.ts'),
  typst: () => import('../converters/typst/typst-host.ts'),
  'pdf-lib': () => import('../converters/pdf/pdf-lib-host.ts'),
  tables: () => import('../converters/tables/tables-host.ts'),
  'seven-zip': () => import('../converters/archives/seven-zip-host.ts'),
  'watermark-pdf': () => import('../converters/pdf/watermark-pdf-host.ts'),
  ocr: () => import('../converters/pdf/ocr-host.ts'),
  'optimize-pdf': () => import('../converters/pdf/optimize-pdf-host.ts'),
  'pdf-html': () => import('../converters/pdf/pdf-html-host.ts'),
  qpdf: () => import('../converters/pdf/qpdf-host.ts'),
  // Two hosts, for two browsers: one has a network, the other has none.
  chromium: () => import('../converters/chromium/chromium-host.ts'),
  metadata: () => import('../converters/metadata/metadata-host.ts'),
  website: () => import('../converters/chromium/chromium-host.ts'),
  fonts: () => import('../converters/fonts/fonts-host.ts'),
  magick: () => import('../converters/magick/magick-host.ts'),
  email: () => import('../converters/email/email-host.ts'),
  libreoffice: () => import('../converters/libreoffice/libreoffice-wasm-host.ts'),
  'node-av': () => import('../converters/media/node-av-host.ts'),
} satisfies Record<HostName, HostTable[string]>;
