/** How often deadlines are looked at, and so how late one can be noticed. */
export const TICK_MS: number = 50;

/** Has deadlines. */
export interface Ticking {
  /** Looks at its deadlines; false when it has none left. `nowMs` is on the clock of `performance.now()`. */
  tick(nowMs: number): boolean;
}

const members: Set<Ticking> = new Set();
let timer: ReturnType<typeof setInterval> | undefined;

function tickAll(): void {
  const nowMs = performance.now();
  for (const member of members) if (!member.tick(nowMs)) members.delete(member);
  if (members.size > 0) return;
  clearInterval(timer);
  timer = undefined;
}

/**
 * Has `tick` called every {@link TICK_MS} until it says that there is nothing left to look at. One timer serves all
 * backends, so that a request sets none: it costs two comparisons per tick. The timer keeps no process alive.
 */
export function startTicking(member: Ticking): void {
  members.add(member);
  if (timer !== undefined) return;
  timer = setInterval(tickAll, TICK_MS);
  timer.unref();
}
