/** Imported first: Ink asks once whether it runs in CI, and then draws nothing until the end. */
delete process.env['CI'];
delete process.env['CONTINUOUS_INTEGRATION'];
