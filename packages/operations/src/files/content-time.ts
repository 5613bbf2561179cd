/**
 * The time that a file of ours gets for its content. A file system stamps by a clock that ticks every few milliseconds, so a
 * file that is written twice within a tick looks as it did. A time between two of its stamps is given to no later write:
 * whoever finds it, with size and inode as they were, finds the same content.
 */

/**
 * Milliseconds since the epoch. Half a millisecond, as no clock ticks at such a moment: what keeps whole milliseconds or
 * seconds only shows another time, and then the file must get older before it is known by its marks.
 */
export const contentTime = (): number => Date.now() - 0.5;
