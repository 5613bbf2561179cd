/**
 * Records by key in sixteen logs, chosen by the first digit of the key: to look one up, a sixteenth has to be read. It
 * does not know what a record says.
 */
import { KeyedLog, type KeyedLogOptions } from './keyed-log.ts';

const digits: readonly string[] = Array.from('0123456789abcdef');
const logName = (digit: string): string => `actions-${digit}.log`;

/** Of all files, in the folder of the cache. */
export const recordLogNames: readonly string[] = digits.map(logName);

/** `options`: of one of them, by its name. */
export class RecordLogs {
  readonly #options: (name: string) => KeyedLogOptions;
  readonly #logs = new Map<string, KeyedLog>();

  constructor(options: (name: string) => KeyedLogOptions) {
    this.#options = options;
  }

  get(key: string): string | undefined {
    return this.#logOf(key).get(key);
  }

  add(key: string, value: string): void {
    this.#logOf(key).add(key, value);
  }

  close(): void {
    for (const log of this.#logs.values()) log.close();
  }

  #logOf(key: string): KeyedLog {
    const digit = digits.find((digit) => key.startsWith(digit)) ?? '0';
    const known = this.#logs.get(digit);
    if (known !== undefined) return known;
    const log = new KeyedLog(this.#options(logName(digit)));
    this.#logs.set(digit, log);
    return log;
  }
}
