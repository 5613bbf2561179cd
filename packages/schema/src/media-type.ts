/** The extension that a Content-Type stands for, for files whose address has none; and the other way for files that are sent. Pure. */
import { formatOfFile } from './formats.ts';

const extensions: ReadonlyMap<string, string> = new Map([
  ['application/epub+zip', 'epub'],
  ['application/gzip', 'gz'],
  ['application/json', 'json'],
  ['application/msword', 'doc'],
  ['application/pdf', 'pdf'],
  ['application/postscript', 'ps'],
  ['application/rtf', 'rtf'],
  ['application/vnd.ms-excel', 'xls'],
  ['application/vnd.ms-powerpoint', 'ppt'],
  ['application/vnd.oasis.opendocument.presentation', 'odp'],
  ['application/vnd.oasis.opendocument.spreadsheet', 'ods'],
  ['application/vnd.oasis.opendocument.text', 'odt'],
  ['application/vnd.openxmlformats-officedocument.presentationml.presentation', 'pptx'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
  ['application/vnd.rar', 'rar'],
  ['application/x-7z-compressed', '7z'],
  ['application/x-bzip2', 'bz2'],
  ['application/x-gzip', 'gz'],
  ['application/x-mobipocket-ebook', 'mobi'],
  ['application/x-tar', 'tar'],
  ['application/x-xz', 'xz'],
  ['application/xml', 'xml'],
  ['application/yaml', 'yaml'],
  ['application/zip', 'zip'],
  ['audio/aac', 'aac'],
  ['audio/aiff', 'aiff'],
  ['audio/flac', 'flac'],
  ['audio/mp4', 'm4a'],
  ['audio/mpeg', 'mp3'],
  ['audio/ogg', 'ogg'],
  ['audio/opus', 'opus'],
  ['audio/wav', 'wav'],
  ['audio/x-ms-wma', 'wma'],
  ['font/otf', 'otf'],
  ['font/ttf', 'ttf'],
  ['font/woff', 'woff'],
  ['font/woff2', 'woff2'],
  ['image/avif', 'avif'],
  ['image/bmp', 'bmp'],
  ['image/emf', 'emf'],
  ['image/gif', 'gif'],
  ['image/heic', 'heic'],
  ['image/heif', 'heif'],
  ['image/jp2', 'jp2'],
  ['image/jpeg', 'jpg'],
  ['image/jxl', 'jxl'],
  ['image/png', 'png'],
  ['image/svg+xml', 'svg'],
  ['image/tiff', 'tiff'],
  ['image/vnd.adobe.photoshop', 'psd'],
  ['image/vnd.djvu', 'djvu'],
  ['image/vnd.microsoft.icon', 'ico'],
  ['image/webp', 'webp'],
  ['image/wmf', 'wmf'],
  ['image/x-icon', 'ico'],
  ['message/rfc822', 'eml'],
  ['text/css', 'css'],
  ['text/csv', 'csv'],
  ['text/html', 'html'],
  ['application/xhtml+xml', 'html'],
  ['text/markdown', 'md'],
  ['text/plain', 'txt'],
  ['text/rtf', 'rtf'],
  ['text/tab-separated-values', 'tsv'],
  ['text/xml', 'xml'],
  ['video/3gpp', '3gp'],
  ['video/matroska', 'mkv'],
  ['video/mp4', 'mp4'],
  ['video/mpeg', 'mpeg'],
  ['video/quicktime', 'mov'],
  ['video/webm', 'webm'],
  ['video/x-flv', 'flv'],
  ['video/x-ms-wmv', 'wmv'],
  ['video/x-msvideo', 'avi'],
]);

/** `text/html; charset=utf-8` → `html`; undefined for a type that says nothing, as `application/octet-stream`. */
export function extensionOfMediaType(contentType: string | undefined): string | undefined {
  return extensions.get(mediaType(contentType));
}

/** The media type by the extension; the one that says nothing where it is not known. */
export function mediaTypeOfFile(name: string): string {
  const format = formatOfFile(name);
  for (const [type, extension] of extensions) if (extension === format) return type;
  return 'application/octet-stream';
}

/** Without its parameters, in lower case. */
export function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}
