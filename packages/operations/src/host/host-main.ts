/** Entry of a converter host process: serves every converter of the house. Runs compiled, as Node reads no TypeScript. */
import { hostTable } from './host-table.ts';
import { serveHosts } from './serve-hosts.ts';

serveHosts(hostTable);
