import { libc } from "./libc.ts";

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/**
 * Ties this process to its parent: the kernel kills it as soon as the parent dies, however that happens. An orphan
 * would hold the listening sockets open and go on serving an old configuration. False when the parent is gone already.
 */
export function dieWithParent(parentPid: number): boolean {
  libc().prctl(PR_SET_PDEATHSIG, SIGKILL);
  return process.ppid === parentPid;
}
