/**
 * The private profile of one LibreOffice process: settings that keep documents from running or fetching anything, and
 * the macro that serves. Written before it starts; nothing of the user's own profile is used. Pure but for writing.
 */
import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { serveMacro } from './libreoffice-macro.ts';

/** `jobsDir`: where jobs come and answers go. `program`: the command that will be started. */
export async function writeProfile(
  profileDir: string,
  { jobsDir, program }: { readonly jobsDir: string; readonly program: string },
): Promise<void> {
  const library = path.join(profileDir, 'user', 'basic', 'Standard');
  await mkdir(library, { recursive: true });
  const buildId = await readBuildId(program);
  const files: Readonly<Record<string, string>> = {
    'user/registrymodifications.xcu': settingsXml(buildId),
    'user/basic/script.xlc': librariesXml('script'),
    'user/basic/dialog.xlc': librariesXml('dialog'),
    'user/basic/Standard/script.xlb': libraryXml('<library:element library:name="Serve"/>'),
    'user/basic/Standard/dialog.xlb': libraryXml(''),
    'user/basic/Standard/Serve.xba': moduleXml(serveMacro(pathToFileURL(jobsDir).href)),
  };
  await Promise.all(
    Object.entries(files).map(([name, text]) => writeFile(path.join(profileDir, name), text)),
  );
}

/** Known to the profile, it spares a second start: LibreOffice starts anew after it has looked at its extensions. */
async function readBuildId(program: string): Promise<string | undefined> {
  try {
    const folder = path.dirname(await realpath(program));
    return /^buildid=(.+)$/m.exec(await readFile(path.join(folder, 'versionrc'), 'utf8'))?.[1]?.trim();
  } catch {
    return undefined;
  }
}

type Setting = readonly [path: string, name: string, value: string];

const settings: readonly Setting[] = [
  ['org.openoffice.Setup/Office', 'ooSetupInstCompleted', 'true'],
  ['org.openoffice.Office.Common/Misc', 'FirstRun', 'false'],
  ['org.openoffice.Office.Common/Security/Scripting', 'MacroSecurityLevel', '3'],
  ['org.openoffice.Office.Common/Security/Scripting', 'BlockUntrustedRefererLinks', 'true'],
  ['org.openoffice.Office.Common/Security/Scripting', 'DisableActiveContent', 'true'],
  // Never: Writer counts the other way round.
  ['org.openoffice.Office.Writer/Content/Update', 'Link', '0'],
  ['org.openoffice.Office.WriterWeb/Content/Update', 'Link', '0'],
  ['org.openoffice.Office.Calc/Content/Update', 'Link', '2'],
  ['org.openoffice.Office.Java/VirtualMachine', 'Enable', 'false'],
  ['org.openoffice.Office.Recovery/AutoSave', 'Enabled', 'false'],
  ['org.openoffice.Office.Recovery/RecoveryInfo', 'Enabled', 'false'],
  ['org.openoffice.Office.Common/History', 'PickListSize', '0'],
];

/** Pure. */
function settingsXml(buildId: string | undefined): string {
  const all: readonly Setting[] = [
    ...settings,
    ...(buildId === undefined
      ? []
      : [['org.openoffice.Setup/Office', 'LastCompatibilityCheckID', buildId] satisfies Setting]),
  ];
  const items = all.map(
    ([at, name, value]) =>
      `<item oor:path="/${at}"><prop oor:name="${name}" oor:op="fuse"><value>${escapeXml(value)}</value></prop></item>`,
  );
  return `${declaration}<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">${items.join('\n')}</oor:items>\n`;
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

const librariesXml = (kind: 'script' | 'dialog'): string =>
  `${declaration}<!DOCTYPE library:libraries PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "libraries.dtd">
<library:libraries xmlns:library="http://openoffice.org/2000/library" xmlns:xlink="http://www.w3.org/1999/xlink">
<library:library library:name="Standard" xlink:href="$(USER)/basic/Standard/${kind}.xlb/" xlink:type="simple" library:link="false"/>
</library:libraries>
`;

const libraryXml = (elements: string): string =>
  `${declaration}<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false" library:passwordprotected="false">${elements}</library:library>
`;

const moduleXml = (source: string): string =>
  `${declaration}<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Serve" script:language="StarBasic">${escapeXml(source)}</script:module>
`;

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
