/** Times in a view that is redrawn: whole seconds, so that a second passes without a new picture. */
import { formatDuration } from '../reporters/quantity.ts';

/** `0 s`, `12 s`, `1 min 05 s` */
export function liveSeconds(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1000);
}

/** `about 40 s left`, `about 3 min left`: no more exact than such a guess can be. */
export function liveLeft(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds <= 10) return 'a few seconds left';
  if (seconds < 90) return `about ${Math.ceil(seconds / 10) * 10} s left`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `about ${minutes} min left` : `about ${Math.ceil(minutes / 60)} h left`;
}
