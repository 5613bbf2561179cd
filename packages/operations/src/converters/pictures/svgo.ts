/** What the table and the plans know of svgo; the work is done in `svgo-host.ts`. */

/** Of the npm package; a test holds it to the one that is installed. */
export const svgoVersion = '4.1.0';
