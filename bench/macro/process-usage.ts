import { readdirSync, readFileSync } from "node:fs";

/** Ticks per second in `/proc/<pid>/stat`: USER_HZ, which is 100 wherever Linux runs us. */
const TICKS_PER_SECOND = 100;

/** What some processes used up and hold. */
export interface ProcessUsage {
  /** User and system time of all their threads, dead ones too. */
  readonly cpuMs: number;
  /** Resident memory, added up; pages that they share count for each. */
  readonly rssBytes: number;
}

/** A process and all that descend from it, by `/proc`. */
export function processTree(pid: number): number[] {
  const childrenOf = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    const child = Number(name);
    const parent = Number.isInteger(child) ? statFields(child)?.[1] : undefined;
    if (parent !== undefined) childrenOf.set(Number(parent), [...(childrenOf.get(Number(parent)) ?? []), child]);
  }
  const found = [pid];
  // The list grows while it is walked.
  for (const one of found) found.push(...(childrenOf.get(one) ?? []));
  return found;
}

/** Adds up what the processes used; one that has ended counts nothing. */
export function readUsage(pids: readonly number[]): ProcessUsage {
  let ticks = 0;
  let rssBytes = 0;
  for (const pid of pids) {
    const fields = statFields(pid);
    if (fields === undefined) continue;
    ticks += Number(fields[11]) + Number(fields[12]);
    rssBytes += residentBytes(pid);
  }
  return { cpuMs: (ticks / TICKS_PER_SECOND) * 1000, rssBytes };
}

/** Fields of `/proc/<pid>/stat` from the third on: the second is a name that may hold anything. */
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

function residentBytes(pid: number): number {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}
