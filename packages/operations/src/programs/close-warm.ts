/** What stays between jobs and must be gone when the backend closes. Light: whoever closes loads nothing by it. */

const closers = new Set<() => Promise<void>>();

/** `close` is called when the backend closes, unless it was forgotten before. */
export function closeAtEnd(close: () => Promise<void>): { readonly forget: () => void } {
  closers.add(close);
  return { forget: () => void closers.delete(close) };
}

/** Settles when all of them are gone. */
export async function closeWarm(): Promise<void> {
  const all = [...closers];
  closers.clear();
  await Promise.all(all.map((close) => close()));
}
