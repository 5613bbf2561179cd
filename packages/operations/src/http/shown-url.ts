/** A URL as messages may show it: without what would let a reader of the log in. Pure. */

const credentialNames =
  /^(?:.*[-_.])?(?:access_?token|api_?key|auth(?:orization)?|key|password|passwd|secret|sig(?:nature)?|token|credential|upload_?id)s?$/i;

/** Quoted; user, password and the values of query keys like `token` or `X-Amz-Signature` become `***`. */
export function shownUrl(url: URL): string {
  const shown = new URL(url);
  if (shown.username !== '' || shown.password !== '') {
    shown.username = '***';
    shown.password = '';
  }
  // By hand, as `searchParams` would write every other character anew.
  shown.search = url.search.replaceAll(/([?&])([^=&]+)=([^&]*)/g, (pair, start: string, name: string) =>
    credentialNames.test(decoded(name)) ? `${start}${name}=***` : pair,
  );
  shown.hash = '';
  const text = shown.href;
  return JSON.stringify(text.length > 300 ? `${text.slice(0, 300)}…` : text);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
