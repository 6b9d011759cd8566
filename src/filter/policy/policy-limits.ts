/** What a policy module may use. */
export interface PolicyLimits {
  /** What its memory may grow to, in bytes. */
  readonly memoryMaxBytes: number;
  /** How long one match or pick may take. */
  readonly callDeadlineMs: number;
  /** How long instantiating it and handing it its routes or backends may take, all together. */
  readonly startDeadlineMs: number;
}

export const DEFAULT_POLICY_LIMITS: PolicyLimits = {
  memoryMaxBytes: 64 * 1024 * 1024,
  callDeadlineMs: 50,
  startDeadlineMs: 5000,
};
