/** Numbers as people read them. Sizes are decimal (1 MB = 1,000,000 bytes), as file managers and CloudConvert show them. */

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** `0.2 s`, `12 s`, `1 min 05 s`, `2 h 03 min` */
export function formatDuration(ms: number): string {
  const tenths = Math.round(Math.max(0, ms) / 100);
  if (tenths < 100) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${twoDigits(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
}

/** For a column of times: `0:00.8`, `1:05.2`, from an hour on `1:02:03`. Seven columns until ten hours have passed. */
export function formatElapsed(ms: number): string {
  const tenths = Math.floor(Math.max(0, ms) / 100);
  const seconds = Math.floor(tenths / 10) % 60;
  const minutes = Math.floor(tenths / 600) % 60;
  const hours = Math.floor(tenths / 36_000);
  const text =
    hours === 0
      ? `${minutes}:${twoDigits(seconds)}.${tenths % 10}`
      : `${hours}:${twoDigits(minutes)}:${twoDigits(seconds)}`;
  return text.padStart(7);
}

/** `812 B`, `1.2 MB`, `34 MB` */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 999,950 is shown as 1.0 MB, not as 1000 kB.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 9.95 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}

/** `1,248` */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1 file`, `1,248 files` */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** Milliseconds since the epoch → `14:03:07`, where the user is. */
export function formatClock(at: number): string {
  const time = new Date(at);
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}
