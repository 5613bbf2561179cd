/**
 * Lists all files below a prefix, a page after the other: stores give them in pieces, each with a mark where the next one
 * begins. It knows when to stop, and no protocol.
 */
import type { Failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { folderOf } from './keys.ts';
import { maxFiles, noList, tooMany } from './list-failure.ts';
import type { Listing, RemoteFile, Session } from './store.ts';
import { ask } from './store-http.ts';
import type { Answer, StoreCall } from './store-http.ts';

export interface PagedList {
  readonly prefix: string;
  /** Of the prefix, for messages. */
  readonly address: string;
  /** Asks for the page that begins at the mark; undefined: the first. */
  readonly call: (mark: string | undefined) => StoreCall;
  /** Undefined: the answer is no list. */
  readonly read: (answer: Answer) => Page | undefined;
}

export interface Page {
  readonly files: readonly RemoteFile[];
  /** Where the next page begins; undefined: this is the last one. */
  readonly next: string | undefined;
}

export async function listPages(list: PagedList, session: Session): Promise<Result<Listing, Failure>> {
  const files: RemoteFile[] = [];
  for (let mark: string | undefined; ;) {
    const answer = await ask(list.call(mark), session);
    if (!answer.ok) return answer;
    const page = list.read(answer.value);
    if (page === undefined) return err(noList(list.address));
    files.push(...page.files);
    mark = page.next;
    if (mark === undefined) break;
    if (files.length > maxFiles) return err(tooMany(list.address));
  }
  return ok({ files, base: folderOf(list.prefix) });
}

/** A key that names a file; what stands for a folder is an empty object whose key ends in a slash. */
export const isFileKey = (key: string): boolean => key !== '' && !key.endsWith('/');
