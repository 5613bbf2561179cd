/** How deeply lists and maps are nested, seen before a tree is made of them, without recursion. */
import type { CST } from 'yaml';

/** Offset of the first list or map found below `limit` others; undefined when there is none. */
export function deeperThan(limit: number, tokens: readonly CST.Token[]): number | undefined {
  const open: { readonly token: CST.Token; readonly depth: number }[] = [];
  const enter = (token: CST.Token | null | undefined, depth: number): void => {
    if (token && (token.type === 'document' || 'items' in token)) open.push({ token, depth });
  };
  for (const token of tokens) enter(token, 0);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > limit) return token.type === 'document' ? 0 : 'offset' in token ? token.offset : 0;
    if (token.type === 'document') enter(token.value, depth + 1);
    else if ('items' in token) {
      for (const item of token.items) {
        enter(item.value, depth + 1);
        if ('key' in item) enter(item.key, depth + 1);
      }
    }
  }
  return undefined;
}
