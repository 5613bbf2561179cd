/**
 * What a download is called: as the server says in Content-Disposition, else as the address ends. A name without an
 * extension that means anything gets the one of its Content-Type, because formats go by extensions. Pure.
 */
import { extensionOfMediaType, fileExtension, isKnownFormat } from '@pipeline/schema';
import { dispositionFileName } from './content-disposition.ts';
import { safeFileName } from '../files/safe-file-name.ts';

export interface Download {
  /** As the user wrote it. */
  readonly firstUrl: URL;
  /** After redirects. */
  readonly lastUrl: URL;
  readonly disposition: string | undefined;
  readonly contentType: string | undefined;
}

export function downloadName({ firstUrl, lastUrl, disposition, contentType }: Download): string {
  const said = disposition === undefined ? undefined : dispositionFileName(disposition);
  const name = said === undefined ? undefined : safeFileName(said);
  if (name !== undefined) return withExtension(name, contentType);
  const names = [lastSegment(lastUrl), lastSegment(firstUrl)].filter((segment) => segment !== undefined);
  const named = names.find((segment) => isKnownFormat(fileExtension(segment)));
  return named ?? withExtension(names[0] ?? (isPage(contentType) ? 'index' : 'download'), contentType);
}

function withExtension(name: string, contentType: string | undefined): string {
  const extension = extensionOfMediaType(contentType);
  if (extension === undefined || isKnownFormat(fileExtension(name))) return name;
  return safeFileName(`${name}.${extension}`) ?? name;
}

const isPage = (contentType: string | undefined): boolean => extensionOfMediaType(contentType) === 'html';

function lastSegment(url: URL): string | undefined {
  const segment = url.pathname.split('/').at(-1) ?? '';
  try {
    return safeFileName(decodeURIComponent(segment));
  } catch {
    // Not UTF-8: the name as it stands in the address is still a name.
    return safeFileName(segment);
  }
}
