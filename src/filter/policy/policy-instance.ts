import { FAILURES } from "../../errors/catalogue.ts";
import { SpookyError } from "../../errors/spooky-error.ts";
import { createMeter, type Meter } from "../sandbox/meter.ts";
import { type ImportedFunctions, instantiateAssembly } from "./assembly-loader.ts";
import { type PolicyInterface, POLICY_ABI_VERSION, wrongInterface } from "./policy-interface.ts";

/** A function of the module. What it gives is the module's word only: check it. */
export type PolicyFunction = (...args: number[]) => unknown;

const ABORT_TEXT_MAX_CHARS = 200;
const STRING_LENGTH_OFFSET = 4;

/** One running instance of a policy module. After a trap it must not be called again. */
export class PolicyInstance {
  readonly memory: WebAssembly.Memory;
  readonly meter: Meter;
  readonly #exports: Readonly<Record<string, unknown>>;

  /**
   * Instantiates a module that `checkInterface` let pass. Each of its own steps may take `startDeadlineMs`; further
   * calls stand between `meter.begin` and `meter.end` of the caller.
   */
  constructor(module: WebAssembly.Module, wanted: PolicyInterface, startDeadlineMs: number) {
    const imports: ImportedFunctions = {
      env: {
        abort: (message, _file, line) => {
          throw new Error(`abort: ${readString(this.memory, message ?? 0)} (line ${line})`);
        },
        seed: Math.random,
      },
    };
    const instance = instantiateAssembly(module, imports);
    this.#exports = instance.exports;
    this.memory = instance.exports["memory"] as WebAssembly.Memory;
    this.meter = createMeter();
    this.meter.attach(instance, startDeadlineMs);
    for (const [name, parameterCount] of Object.entries(wanted)) {
      const { length } = this.functionNamed(name);
      if (length !== parameterCount) throw wrongInterface(`${name} has ${length} parameters, not ${parameterCount}`);
    }
    const version = this.within(startDeadlineMs, () => this.functionNamed("spooky_policy_abi")());
    if (version !== POLICY_ABI_VERSION) {
      throw wrongInterface(`it speaks version ${version} of the policy ABI, not ${POLICY_ABI_VERSION}`);
    }
  }

  /** Runs calls into the module that may take `deadlineMs` together. Not for the request path: it costs a closure. */
  within<T>(deadlineMs: number, calls: () => T): T {
    this.meter.begin(deadlineMs);
    try {
      return calls();
    } finally {
      this.meter.end();
    }
  }

  functionNamed(name: string): PolicyFunction {
    const found = this.#exports[name];
    if (typeof found !== "function") throw wrongInterface(`it does not export the function ${name}`);
    return found as PolicyFunction;
  }

  /** Checks that `size` bytes at what the module gave as an address lie in its memory, and gives the address. */
  addressOf(given: unknown, size: number, what: string): number {
    if (typeof given !== "number") throw wrongInterface(`${what} is not a number of 32 bits`);
    const address = given >>> 0;
    if (address === 0 || address + size > this.memory.buffer.byteLength) {
      throw new SpookyError(FAILURES.moduleConfigRefused, `${what} lies outside of its memory, at ${address}`);
    }
    return address;
  }
}

/** The beginning of an AssemblyScript string, or "" when there is none at the address. */
function readString(memory: WebAssembly.Memory, address: number): string {
  const view = new DataView(memory.buffer);
  const start = address >>> 0;
  if (start < STRING_LENGTH_OFFSET || start > view.byteLength) return "";
  const bytes = view.getUint32(start - STRING_LENGTH_OFFSET, true);
  const end = Math.min(start + bytes, start + ABORT_TEXT_MAX_CHARS * 2, view.byteLength - 1);
  let text = "";
  for (let at = start; at < end; at += 2) text += String.fromCharCode(view.getUint16(at, true));
  return text;
}
