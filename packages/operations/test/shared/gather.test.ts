import type { Failure, Share } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createGathering, longestWaitMs, type Member, standAside } from '../../src/gather.ts';

afterEach(() => {
  vi.useRealTimers();
});

interface Call {
  readonly items: readonly string[];
  readonly signal: AbortSignal;
  readonly answer: (answers: readonly Result<string, Failure>[]) => void;
}

/** Work under the test's control. */
function watchedWork() {
  const calls: Call[] = [];
  const gathering = createGathering<string, string>(
    (items, signal) =>
      new Promise((resolve) => {
        calls.push({ items, signal, answer: resolve });
      }),
  );
  const members = (share: Share | undefined, ...names: readonly string[]) =>
    names.map((name) => {
      const controller = new AbortController();
      const member: Member = {
        ...(share !== undefined && { share }),
        signal: controller.signal,
        workDir: `/work/${name}`,
      };
      return { name, controller, member, join: () => gathering.join(member, name) };
    });
  return { calls, members };
}

const answers = (items: readonly string[]) => items.map((item) => ok(`${item}!`));
const broken = failure('converter-failed', 'no luck');
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('gather', () => {
  test('the work is done once, when all have come, and each gets its own answer', async () => {
    const { calls, members } = watchedWork();
    const [a, b, c] = members({ key: 'k', size: 3 }, 'a', 'b', 'c');
    const first = [a?.join(), b?.join()];
    await settled();
    expect(calls).toEqual([]);
    const last = c?.join();
    expect(calls.map(({ items }) => items)).toEqual([['a', 'b', 'c']]);
    calls[0]?.answer(answers(['a', 'b', 'c']));
    expect(await Promise.all([...first, last])).toEqual([ok('a!'), ok('b!'), ok('c!')]);
  });

  test('without neighbours it begins at once', async () => {
    const { calls, members } = watchedWork();
    const [a] = members(undefined, 'a');
    const answer = a?.join();
    calls[0]?.answer(answers(['a']));
    expect(await answer).toEqual(ok('a!'));
  });

  test('nobody waits for one that stands aside, nor for one that was told to end', async () => {
    const { calls, members } = watchedWork();
    const [a, b, c] = members({ key: 'k', size: 3 }, 'a', 'b', 'c');
    const answer = a?.join();
    const gone = b?.join();
    b?.controller.abort();
    expect(await gone).toMatchObject({ ok: false, error: { type: 'cancelled' } });
    expect(calls).toEqual([]);
    if (c !== undefined) standAside(c.member);
    await settled();
    expect(calls.map(({ items }) => items)).toEqual([['a']]);
    calls[0]?.answer(answers(['a']));
    expect(await answer).toEqual(ok('a!'));
  });

  test('nobody waits long for one that never comes; who comes late works alone', async () => {
    vi.useFakeTimers();
    const { calls, members } = watchedWork();
    const [a, b] = members({ key: 'k', size: 2 }, 'a', 'b');
    const answer = a?.join();
    await vi.advanceTimersByTimeAsync(longestWaitMs);
    calls[0]?.answer(answers(['a']));
    expect(await answer).toEqual(ok('a!'));
    const late = b?.join();
    expect(calls.map(({ items }) => items)).toEqual([['a'], ['b']]);
    calls[1]?.answer(answers(['b']));
    expect(await late).toEqual(ok('b!'));
  });

  test('when one is cancelled, the others begin again without it', async () => {
    const { calls, members } = watchedWork();
    const [a, b, c] = members({ key: 'k', size: 3 }, 'a', 'b', 'c');
    const results = [a?.join(), b?.join(), c?.join()];
    expect(calls[0]?.signal.aborted).toBe(false);
    b?.controller.abort();
    expect(calls[0]?.signal.aborted).toBe(true);
    calls[0]?.answer([err(broken), err(broken), err(broken)]);
    await settled();
    expect(calls[1]?.items).toEqual(['a', 'c']);
    calls[1]?.answer(answers(['a', 'c']));
    const [first, second, third] = await Promise.all(results);
    expect([first, third]).toEqual([ok('a!'), ok('c!')]);
    expect(second).toMatchObject({ ok: false, error: { type: 'cancelled' } });
  });

  test('when all are cancelled, nothing begins again', async () => {
    const { calls, members } = watchedWork();
    const guests = members({ key: 'k', size: 2 }, 'a', 'b');
    const results = guests.map(({ join }) => join());
    for (const { controller } of guests) controller.abort();
    calls[0]?.answer([err(broken), err(broken)]);
    expect(await Promise.all(results)).toMatchObject([{ ok: false }, { ok: false }]);
    expect(calls).toHaveLength(1);
  });

  test('a failure of common work is nobody’s until each has tried alone', async () => {
    const { calls, members } = watchedWork();
    const results = members({ key: 'k', size: 2 }, 'a', 'b').map(({ join }) => join());
    calls[0]?.answer([err(broken), err(broken)]);
    await settled();
    expect(calls[1]?.items).toEqual(['a']);
    calls[1]?.answer([err(broken)]);
    await settled();
    expect(calls[2]?.items).toEqual(['b']);
    calls[2]?.answer(answers(['b']));
    expect(await Promise.all(results)).toEqual([err(broken), ok('b!')]);
  });

  test('a bug in the work is a bug of all', async () => {
    const gathering = createGathering<string, string>(() => Promise.reject(new Error('oops')));
    const share = { key: 'k', size: 2 };
    const join = (workDir: string) =>
      gathering.join({ share, workDir, signal: new AbortController().signal }, workDir);
    const both = await Promise.allSettled([join('/a'), join('/b')]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
