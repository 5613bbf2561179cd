// The text of docs/codes.md: every code of a mistake in a pipeline, from the closed list of the language.
const groups = {
  0: 'Syntax',
  1: 'Keys and values',
  2: 'Expressions, params and secrets',
  3: 'References',
  4: 'Formats',
  5: 'The plan: files and programs',
};

export async function codesDocs() {
  const { diagnosticCodes } = await import(new URL('../packages/schema/dist/index.js', import.meta.url));
  const codes = Object.entries(diagnosticCodes);
  const sections = Object.entries(groups).map(([digit, title]) => {
    const rows = codes.filter(([code]) => code[2] === digit).map(([code, means]) => `| ${code} | ${means} |`);
    return `## ${title}\n\n| code | means |\n|---|---|\n${rows.join('\n')}\n`;
  });
  return `<!-- Written by scripts/write-codes-docs.mjs from packages/schema/src/diagnostic-codes.ts: change it there. -->

# Codes of mistakes

What \`pipeline\` says about a pipeline carries a code, \`error[PL104]\`, that never changes its meaning. Mistakes are errors
unless it says warning here; all of them are told at once, before anything runs. The exit code is 2, and 3 for PL502.

${sections.join('\n')}`;
}
