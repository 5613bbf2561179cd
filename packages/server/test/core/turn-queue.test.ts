import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TurnQueue } from '../../src/turn-queue.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000, toFake: ['setTimeout', 'Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** Milliseconds, with one turn of the event loop in each. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1) {
    vi.advanceTimersByTime(1);
    await new Promise(setImmediate);
  }
}

function queueOf(room: { isFull: boolean } = { isFull: false }) {
  const taken: string[] = [];
  const queue = new TurnQueue({
    take: (key) => void taken.push(key),
    hasRoom: () => !room.isFull,
    now: Date.now,
  });
  return { queue, taken };
}

test('one after the other, in the order of their coming, and a job once for all of its tasks', async () => {
  const { queue, taken } = queueOf();
  for (const key of ['a', 'a', 'a', 'b', 'c']) queue.add(key);
  expect([taken, queue.size]).toEqual([[], 3]);
  await pass(3);
  expect([taken, queue.size]).toEqual([['a', 'b', 'c'], 0]);
  queue.add('c');
  await pass(1);
  expect(taken).toEqual(['a', 'b', 'c', 'c']);
});

test('nobody gets a turn while there is no room, and nobody after the end', async () => {
  const room = { isFull: true };
  const { queue, taken } = queueOf(room);
  queue.add('a');
  await pass(1000);
  expect(taken).toEqual([]);
  room.isFull = false;
  queue.plan();
  await pass(1);
  expect(taken).toEqual(['a']);
  queue.add('b');
  queue.close();
  await pass(1000);
  expect(taken).toEqual(['a']);
});

test('in a rush jobs run at an easier pace, and afterwards as fast as they can', async () => {
  const { queue, taken } = queueOf();
  let count = 0;
  const arrive = (): void => {
    queue.arrived();
    queue.add(String((count += 1)));
  };
  for (let ms = 0; ms < 1500; ms += 1) {
    for (let one = 0; one < 5; one += 1) arrive();
    await pass(1);
  }
  const inRush = taken.length;
  expect(inRush).toBeGreaterThan(30);
  expect(inRush).toBeLessThan(250);
  await pass(count + 1000);
  expect([taken.length, queue.size]).toEqual([count, 0]);
  expect(taken).toEqual(Array.from({ length: count }, (_, index) => String(index + 1)));
});

test('what comes in steadily, but not as a rush, runs at once', async () => {
  const { queue, taken } = queueOf();
  for (let ms = 0; ms < 2000; ms += 1) {
    queue.arrived();
    queue.add(String(ms));
    await pass(1);
    expect(queue.size).toBe(0);
  }
  expect(taken).toHaveLength(2000);
});
