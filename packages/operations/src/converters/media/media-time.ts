/** Positions in time as people write them: `90`, `"12.5"`, `"1:30"`, `"00:01:30.5"`, and `"50%"`. Pure; seconds. */
import type { JsonValue } from '@pipeline/schema';

const clock = /^(?:(?:(\d+):)?(\d{1,2}):)?(\d+(?:\.\d+)?)$/;

/** Undefined: it is no time. */
export function secondsOf(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const found = clock.exec(value.trim());
  if (found === null) return undefined;
  const [, hours = '0', minutes = '0', seconds = '0'] = found;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** A part of the whole: 0.5 for `"50%"`. Undefined: it is none. */
export function shareOf(value: JsonValue | undefined): number | undefined {
  const found = typeof value === 'string' ? /^(\d+(?:\.\d+)?)\s*%$/.exec(value.trim()) : null;
  const share = found === null ? Number.NaN : Number(found[1]) / 100;
  return share <= 1 ? share : undefined;
}

/** `3725.5` → `1:02:05.5`, for messages. */
export function shownTime(seconds: number): string {
  const rounded = Math.round(seconds * 100) / 100;
  if (rounded < 60) return `${rounded} s`;
  const hours = Math.floor(rounded / 3600);
  const minutes = Math.floor((rounded % 3600) / 60);
  const rest = Math.round((rounded % 60) * 100) / 100;
  const padded = rest < 10 ? `0${rest}` : String(rest);
  return hours === 0 ? `${minutes}:${padded}` : `${hours}:${String(minutes).padStart(2, '0')}:${padded}`;
}

/** For FFmpeg: enough digits, and no exponent. */
export const exact = (value: number): string => String(Number(value.toFixed(6)));
