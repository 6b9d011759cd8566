import type { BackendScheme } from "./backend-options.ts";
import type { DialPlan } from "./dial.ts";

const PLANS: Readonly<Record<BackendScheme, readonly DialPlan[]>> = {
  https: ["tls"],
  http: ["h2c", "http1"],
  auto: ["tls", "h2c", "http1"],
};

/** What a backend was found to speak, so that the next connection need not find out again. */
export class ProtocolMemory {
  readonly #all: readonly DialPlan[];
  #plans: readonly DialPlan[];

  constructor(scheme: BackendScheme) {
    this.#all = PLANS[scheme];
    this.#plans = this.#all;
  }

  /** Plans for the next connection: what worked before comes first, the others remain for when it does not. */
  get plans(): readonly DialPlan[] {
    return this.#plans;
  }

  remember(plan: DialPlan): void {
    if (this.#plans[0] === plan) return;
    this.#plans = [plan, ...this.#all.filter((other) => other !== plan)];
  }

  /** The backend has changed: find out anew. */
  forget(): void {
    this.#plans = this.#all;
  }
}
