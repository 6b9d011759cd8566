/** A guest ran longer than it may. Its instance is torn and must be discarded, as after any trap. */
export class DeadlineExceeded extends Error {
  /** The deadline that was set, in milliseconds. */
  readonly deadlineMs: number;

  constructor(deadlineMs: number) {
    super(`ran longer than ${deadlineMs} ms`);
    this.name = "DeadlineExceeded";
    this.deadlineMs = deadlineMs;
  }
}
