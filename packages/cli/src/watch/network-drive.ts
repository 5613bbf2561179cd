/** Folders from which the operating system tells of no changes that other machines make. */
import { statfs } from 'node:fs/promises';

/** By the number that `statfs` gives: NFS, SMB and CIFS, 9p, AFS, Ceph, Coda, NCP, VirtualBox, FUSE (sshfs, rclone). */
const networkTypes: ReadonlySet<number> = new Set([
  0x6969, 0xff534d42, 0xfe534d42, 0x517b, 0x01021997, 0x5346414f, 0x00c36400, 0x73757245, 0x564c, 0x786f4256,
  0x65735546,
]);

/** The first of them. */
export async function networkDriveAmong(folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    const facts = await statfs(folder).catch(() => undefined);
    // Some systems give the number with a sign.
    if (facts !== undefined && networkTypes.has(facts.type >>> 0)) return folder;
  }
  return undefined;
}
