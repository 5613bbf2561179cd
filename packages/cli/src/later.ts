/** Commands and flags that are promised but not here yet: naming one must not look like a typing mistake. */
export const laterCommands: readonly string[] = ['convert', 'report', 'worker'];
export const laterFlags: Readonly<Record<string, readonly string[]>> = {};
