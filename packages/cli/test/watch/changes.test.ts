/** The state machine of watching, without disk and clock. */
import { beforeEach, describe, expect, test } from 'vitest';
import { Changes, type Order, type WatchTiming } from '../../src/watch/changes.ts';

const timing: WatchTiming = { settleMs: 500, debounceMs: 100, onBusy: 'queue' };

/** A disk of signatures and a clock that the test moves; it carries out orders as watching does. */
class Bench {
  readonly changes: Changes;
  readonly disk = new Map<string, string>();
  nowMs = 1000;
  readonly log: string[] = [];
  observations = 0;

  constructor(over: Partial<WatchTiming> = {}, files: Readonly<Record<string, string>> = {}) {
    for (const [path, signature] of Object.entries(files)) this.disk.set(path, signature);
    this.changes = new Changes({ ...timing, ...over }, new Map(this.disk));
  }

  /** Without a signature: it is deleted. */
  write(path: string, signature?: string, isHeard = true): void {
    if (signature === undefined) this.disk.delete(path);
    else this.disk.set(path, signature);
    if (isHeard) this.changes.hint(path);
    this.obey();
  }

  /** Carries out all that is due; what is left is to wait until then. */
  obey(): number {
    for (;;) {
      const order = this.changes.next(this.nowMs);
      if (order.type === 'wait') return order.untilMs;
      this.#carryOut(order);
    }
  }

  pass(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (let nextMs = this.obey(); nextMs <= untilMs; nextMs = this.obey()) this.nowMs = nextMs;
    this.nowMs = untilMs;
    this.obey();
  }

  end(isCancelled = false): void {
    this.changes.ended({ isCancelled });
    this.obey();
  }

  #carryOut(order: Exclude<Order, { type: 'wait' }>): void {
    switch (order.type) {
      case 'observe':
        this.observations += order.paths.length;
        for (const path of order.paths) this.changes.observed(path, this.disk.get(path) ?? '', this.nowMs);
        break;
      case 'look':
        this.log.push(`${this.nowMs} look, missed ${this.changes.looked(this.disk, this.nowMs)}`);
        break;
      case 'run':
        this.log.push(
          `${this.nowMs} run ${order.changes.map(({ path, change }) => `${change} ${path}`).join(', ')}`,
        );
        break;
      default:
        this.log.push(`${this.nowMs} ${order.type}`);
    }
  }
}

let bench: Bench;

describe('one file', () => {
  beforeEach(() => {
    bench = new Bench({}, { a: '1' });
  });

  test('is taken when it has been the same for `settle`, and `debounce` has passed', () => {
    bench.write('a', '2');
    expect(bench.obey()).toBe(1500);
    bench.pass(599);
    expect(bench.log).toEqual([]);
    bench.pass(1);
    expect(bench.log).toEqual(['1600 run changed a']);
    expect(bench.obey()).toBe(Infinity);
  });

  test('that is being written is looked at twice a second, however often it is heard of', () => {
    for (let step = 0; step < 10_000; step += 1) {
      bench.write('a', `part ${step}`);
      bench.pass(1);
    }
    expect(bench.log).toEqual([]);
    expect(bench.observations).toBeLessThan(30);
    bench.pass(1200);
    expect(bench.log).toHaveLength(1);
  });

  test('that is as it was is no change', () => {
    bench.write('a', '1');
    bench.write('a', '2');
    bench.write('a', '1');
    bench.pass(60_000);
    expect(bench.log).toEqual([]);
  });

  test('that comes and goes before it settles is no change', () => {
    bench.write('4913', 'x');
    bench.write('4913');
    bench.pass(60_000);
    expect(bench.log).toEqual([]);
  });

  test('that an editor moves away and writes anew is one change, and never removed', () => {
    bench.write('a');
    bench.pass(20);
    bench.write('a', '2');
    bench.pass(60_000);
    expect(bench.log).toEqual(['2100 run changed a']);
  });

  test('is added, and removed', () => {
    bench.write('b', '1');
    bench.pass(1000);
    bench.write('a');
    bench.pass(1000);
    expect(bench.log).toEqual(['1600 run added b']);
    bench.end();
    expect(bench.log.slice(1)).toEqual(['3000 run removed a']);
  });

  test('without `settle` and `debounce` is taken at once', () => {
    bench = new Bench({ settleMs: 0, debounceMs: 0 }, { a: '1' });
    bench.write('a', '2');
    expect(bench.log).toEqual(['1000 run changed a']);
  });

  test('that changes again while it waits for the run settles again', () => {
    bench.write('a', '2');
    bench.pass(550);
    bench.write('a', '3');
    bench.pass(600);
    expect(bench.log).toEqual(['2150 run changed a']);
  });

  test('is ready for a run only when it has settled', () => {
    expect(bench.changes.isReady('a')).toBe(true);
    expect(bench.changes.isReady('b')).toBe(false);
    bench.write('a', '2');
    expect(bench.changes.isReady('a')).toBe(false);
    bench.pass(600);
    expect(bench.changes.isReady('a')).toBe(true);
  });
});

describe('many files', () => {
  test('a burst of 10,000 is one run, and each file is looked at twice', () => {
    bench = new Bench();
    for (let index = 0; index < 10_000; index += 1) bench.disk.set(`f${index}`, '1');
    for (const path of bench.disk.keys()) bench.changes.hint(path);
    bench.pass(60_000);
    expect(bench.log).toHaveLength(1);
    expect(bench.log[0]?.match(/added/g)).toHaveLength(10_000);
    expect(bench.observations).toBe(20_000);
  });

  test('those that do not settle are waited for, but not for ever: they are left out', () => {
    bench = new Bench();
    bench.write('film', '1');
    bench.write('a', '1');
    for (let step = 2; step < 100; step += 1) {
      bench.pass(100);
      bench.disk.set('film', String(step));
      bench.changes.hint('film');
    }
    expect(bench.log).toEqual(['6500 run added a']);
    expect(bench.changes.isReady('film')).toBe(false);
    bench.end();
    bench.pass(60_000);
    expect(bench.log.slice(1)).toEqual(['11600 run added film']);
  });
});

describe('a change during a run', () => {
  test('queue: the next run follows, with all that came meanwhile', () => {
    bench = new Bench({}, { a: '1' });
    bench.write('a', '2');
    bench.pass(600);
    bench.write('a', '3');
    bench.pass(5000);
    bench.write('b', '1');
    bench.pass(5000);
    expect(bench.log).toEqual(['1600 run changed a']);
    bench.end();
    expect(bench.log.slice(1)).toEqual(['11600 run changed a, added b']);
  });

  test('restart: what runs is cancelled once, and its changes are part of the next run', () => {
    bench = new Bench({ onBusy: 'restart' }, { a: '1' });
    bench.write('a', '2');
    bench.pass(600);
    bench.write('b', '1');
    bench.pass(5000);
    bench.write('c', '1');
    bench.pass(5000);
    expect(bench.log).toEqual(['1600 run changed a', '2200 cancel']);
    bench.end(true);
    expect(bench.log.slice(2)).toEqual(['11600 run changed a, added b, added c']);
    bench.end();
    bench.pass(60_000);
    expect(bench.log).toHaveLength(3);
  });
});

describe('a doubt', () => {
  test('is followed by looks at everything, which find what nobody told of', () => {
    bench = new Bench({}, { a: '1', b: '1' });
    bench.write('a', '2', false);
    bench.write('b', undefined, false);
    bench.write('c', '1', false);
    bench.pass(10_000);
    expect(bench.log).toEqual([]);
    bench.changes.doubt(bench.nowMs);
    bench.pass(10_000);
    expect(bench.log).toEqual([
      '11100 look, missed 3',
      '11700 run changed a, added c, removed b',
      '12000 look, missed 0',
      '16000 look, missed 0',
    ]);
  });

  test('a look does not hasten what is unsettled, nor bring back what was taken', () => {
    bench = new Bench({}, { a: '1' });
    bench.write('a', '2');
    bench.changes.doubt(bench.nowMs);
    bench.pass(60_000);
    bench.end();
    bench.pass(60_000);
    expect(bench.log.filter((line) => line.includes('run'))).toEqual(['1600 run changed a']);
  });

  test('what a look finds settled is taken back when it is as it was', () => {
    bench = new Bench({ debounceMs: 5000 }, { a: '1' });
    bench.write('b', '1');
    bench.pass(600);
    bench.write('b', undefined, false);
    bench.changes.doubt(bench.nowMs);
    bench.pass(60_000);
    expect(bench.log.some((line) => line.includes('run'))).toBe(false);
  });
});

test('another pipeline: what was on its way to the old one is forgotten', () => {
  bench = new Bench({}, { a: '1' });
  bench.write('a', '2');
  bench.changes.reset({ ...timing, settleMs: 0, debounceMs: 0 }, new Map([['b', '1']]));
  bench.pass(60_000);
  expect(bench.log).toEqual([]);
  bench.write('b', '2');
  expect(bench.log).toEqual(['61000 run changed b']);
});

describe('files that rest', () => {
  test('are not heard, and whatever they are afterwards is a change', () => {
    bench = new Bench({}, { a: '1', b: '1' });
    bench.changes.rest(['a', 'b'], bench.nowMs + 30_000);
    bench.write('a', '2');
    bench.disk.delete('b');
    bench.changes.doubt(bench.nowMs);
    bench.pass(29_000);
    expect(bench.log.filter((line) => line.includes('run'))).toEqual([]);
    expect(bench.changes.isReady('a')).toBe(true);
    bench.pass(2000);
    expect(bench.log.at(-1)).toBe('31600 run changed a, removed b');
  });
});

test('what is distrusted must settle before it is known', () => {
  bench = new Bench({}, { a: '1', b: '1' });
  bench.changes.distrust('a', bench.nowMs);
  expect([bench.changes.isReady('a'), bench.changes.isReady('b')]).toEqual([false, true]);
  bench.pass(5000);
  expect(bench.log).toEqual(['1600 run added a']);
});

test('what is forgotten is no change', () => {
  bench = new Bench();
  bench.write('out/a', '1');
  bench.changes.forget('out/a');
  bench.pass(5000);
  expect(bench.log).toEqual([]);
});

test('after 300 changes nothing is kept but the files that are there', () => {
  bench = new Bench({ settleMs: 0, debounceMs: 0 });
  for (let step = 0; step < 300; step += 1) {
    bench.write(`f${step}`, '1');
    bench.end();
    bench.write(`f${step}`);
    bench.end();
  }
  expect(bench.changes.size).toBe(0);
  expect(bench.log).toHaveLength(600);
  expect(bench.obey()).toBe(Infinity);
});
