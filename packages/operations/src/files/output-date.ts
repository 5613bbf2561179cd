/**
 * The one date for every "now" and "made on" inside outputs. The same files and options must make the same bytes today
 * and tomorrow, so it is no clock: it is `SOURCE_DATE_EPOCH` where somebody has set it, else the first day that a zip can
 * hold. Dates that files bring along are not touched by it.
 */

/** Seconds since the epoch. */
export const outputDateSeconds = (): number => askedSeconds() ?? firstOfZip;

/** Milliseconds since the epoch. */
export const outputDateMs = (): number => outputDateSeconds() * 1000;

/** For a zip, which knows no time zone: the same digits on every machine. */
export function outputDateOfZip(): Date {
  const date = new Date(Math.max(outputDateSeconds(), firstOfZip) * 1000);
  return new Date(
    date.getUTCFullYear(),
    date.getUTCMonth(),
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  );
}

/** Undefined: nobody asks for one. */
export function askedSeconds(): number | undefined {
  const asked = process.env['SOURCE_DATE_EPOCH'] ?? '';
  return /^\d{1,11}$/.test(asked) ? Number(asked) : undefined;
}

/** 1980-01-01T00:00:00Z */
const firstOfZip = 315_532_800;
