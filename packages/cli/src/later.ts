/** Commands and flags that are promised but not here yet: naming one must not look like a typing mistake. */
export const laterCommands: readonly string[] = ['convert', 'report', 'clean', 'cache', 'worker'];
export const laterFlags: Readonly<Record<string, readonly string[]>> = {};
