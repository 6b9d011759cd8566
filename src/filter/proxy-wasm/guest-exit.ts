/** Thrown through the guest to end it: `proc_exit` of WASI, and `abort` of AssemblyScript. */
export class GuestExit extends Error {
  /** Exit status that the guest gave; 0 is no fault while it starts. */
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.name = "GuestExit";
    this.exitCode = exitCode;
  }
}
