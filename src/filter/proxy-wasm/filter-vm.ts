import { FAILURES } from "../../errors/catalogue.ts";
import { SpookyError } from "../../errors/spooky-error.ts";
import type { CalloutReply } from "../callout/callout-client.ts";
import { CalloutTable } from "../callout/callout-table.ts";
import { type Meter, createMeter } from "../sandbox/meter.ts";
import { FilterContext } from "./filter-context.ts";
import type { FilterLog } from "./filter-log.ts";
import type { FilterPlugin, FilterServices } from "./filter-plugin.ts";
import { describeGuestError } from "./guest-error.ts";
import { GuestExit } from "./guest-exit.ts";
import { type GuestExports, bindGuestExports } from "./guest-exports.ts";
import type { GuestFunction } from "./guest-function.ts";
import { GuestMemory } from "./guest-memory.ts";
import { linkHostFunctions } from "./host-functions/link.ts";
import { TickTimer } from "./tick-timer.ts";

/** Streams that said "not done yet" and are waited for; older ones are ended without them. */
const MAX_AWAITED_STREAMS = 1000;

/**
 * One running instance of a filter: its memory, its contexts and the way in. A trap, a missed deadline or an exit ends
 * it for good, since a guest that was torn out of a call cannot be trusted again: {@link fault} is set, and every later
 * call does nothing.
 */
export class FilterVm {
  readonly plugin: FilterPlugin;
  readonly services: FilterServices;
  readonly log: FilterLog;
  readonly memory: GuestMemory = new GuestMemory();
  readonly root: FilterContext = new FilterContext();
  readonly callouts: CalloutTable;
  /** The answer that `proxy_on_http_call_response` tells of; only while that runs. */
  calloutReply: CalloutReply | undefined;
  readonly ticks: TickTimer = new TickTimer(() => this.#tick());
  /** Whose callback runs, or which the guest chose with `proxy_set_effective_context`; undefined while it starts. */
  current: FilterContext | undefined;
  /** Why the instance is dead, in one sentence. */
  fault: string | undefined;
  /** Called when the instance dies in a callback after its start. */
  onFault: (() => void) | undefined;
  guest: GuestExports;
  readonly #meter: Meter = createMeter();
  readonly #contexts = new Map<number, FilterContext>();
  readonly #awaited = new Set<FilterContext>();
  #lastId = 0;
  #deadlineMs: number;

  /**
   * Instantiates, starts and configures. Throws a `SpookyError`: `moduleStartFailed`, or `moduleConfigRefused` when the
   * module said no to its configuration.
   */
  constructor(plugin: FilterPlugin, services: FilterServices, log: FilterLog) {
    this.plugin = plugin;
    this.services = services;
    this.log = log;
    this.#deadlineMs = plugin.startMs;
    this.callouts = new CalloutTable(services.callouts, (id, reply) => this.#onCalloutReply(id, reply));
    try {
      const instance = new WebAssembly.Instance(plugin.module, linkHostFunctions(this));
      this.guest = bindGuestExports(instance.exports);
      this.memory.attach(this.guest.memory, this.guest.allocate, (fuel) => this.#meter.charge(fuel));
      this.#meter.attach(instance, plugin.startMs);
      this.#start();
    } catch (error) {
      throw this.#startError("start", error);
    }
    this.#configure();
  }

  /** Opens a context for `context.request`. */
  openStream(context: FilterContext): void {
    context.id = this.#nextId();
    this.#contexts.set(context.id, context);
    const { onContextCreate } = this.guest;
    if (onContextCreate !== undefined)
      this.run("on_context_create", onContextCreate, context, context.id, this.root.id, 0);
  }

  /**
   * Ends a context: done, log, delete. True when the object may be used again; a guest that is not done yet keeps it
   * until it calls `proxy_done`.
   */
  closeStream(context: FilterContext): boolean {
    const { onDone } = this.guest;
    const isDone = onDone === undefined || this.run("on_done", onDone, context, context.id, 0, 0) !== 0;
    if (isDone || this.fault !== undefined) {
      this.#deleteStream(context);
      return true;
    }
    context.isAwaitingDone = true;
    this.#awaited.add(context);
    if (this.#awaited.size > MAX_AWAITED_STREAMS) {
      for (const oldest of this.#awaited) {
        this.finishStream(oldest);
        break;
      }
    }
    return false;
  }

  /** The second half of {@link closeStream} for a stream that was waited for. */
  finishStream(context: FilterContext): void {
    if (!this.#awaited.delete(context)) return;
    context.isAwaitingDone = false;
    this.#deleteStream(context);
  }

  /** The context of that id, or undefined. */
  contextOf(id: number): FilterContext | undefined {
    return id === this.root.id ? this.root : this.#contexts.get(id);
  }

  /**
   * Calls into the guest under the deadline, and returns what it returned. When it fails, {@link fault} is set and 0
   * returned. Never entered twice at a time.
   */
  run(
    callback: string,
    guest: GuestFunction,
    context: FilterContext,
    a: number,
    b: number,
    c: number,
    d = 0,
    e = 0,
  ): number {
    if (this.fault !== undefined) return 0;
    this.current = context;
    this.#meter.begin(this.#deadlineMs);
    try {
      return guest(a, b, c, d, e);
    } catch (error) {
      this.#fail(callback, context, error);
      return 0;
    } finally {
      this.#meter.end();
      this.current = undefined;
    }
  }

  /** Ends the root context and everything that would call into the guest again. */
  dispose(): void {
    this.ticks.set(0);
    this.callouts.cancelAll();
    for (const context of this.#awaited) this.finishStream(context);
    const { onDone, onLog, onDelete } = this.guest;
    for (const [name, guest] of [
      ["on_done", onDone],
      ["on_log", onLog],
      ["on_delete", onDelete],
    ] as const) {
      if (guest !== undefined) this.run(name, guest, this.root, this.root.id, 0, 0);
    }
    this.fault ??= "it was stopped";
  }

  /** Start-up as WASI has it: a reactor is initialised, a command run to its end. */
  #start(): void {
    const { initialize, start, main } = this.guest;
    this.#meter.begin(this.#deadlineMs);
    try {
      if (initialize === undefined) {
        start?.();
      } else {
        initialize();
        main?.(0, 0);
      }
    } catch (error) {
      if (!(error instanceof GuestExit && error.exitCode === 0)) throw error;
    } finally {
      this.#meter.end();
    }
  }

  #configure(): void {
    const { onContextCreate, onVmStart, onConfigure } = this.guest;
    const { root } = this;
    root.id = this.#nextId();
    const call = (callback: string, guest: GuestFunction | undefined, b: number): boolean => {
      if (guest === undefined) return true;
      const result = this.run(callback, guest, root, root.id, b, 0);
      if (this.fault !== undefined) throw this.#startError(callback, this.fault);
      return result !== 0;
    };
    call("on_context_create", onContextCreate, 0);
    if (!call("on_vm_start", onVmStart, 0)) throw this.#startError("on_vm_start", "the module refused to start");
    if (!call("on_configure", onConfigure, this.plugin.configuration.length)) {
      const lines = this.log.recentText();
      throw new SpookyError(
        FAILURES.moduleConfigRefused,
        `filter ${this.plugin.name}: ${lines === "" ? "it gave no reason" : lines}`,
      );
    }
    this.#deadlineMs = this.plugin.deadlineMs;
  }

  #tick(): void {
    const { onTick } = this.guest;
    if (onTick !== undefined) this.run("on_tick", onTick, this.root, this.root.id, 0, 0);
  }

  #onCalloutReply(id: number, reply: CalloutReply | undefined): void {
    const { onHttpCallResponse } = this.guest;
    if (onHttpCallResponse === undefined) return;
    this.calloutReply = reply;
    // No headers, not even a status, say that the call failed.
    const headerCount = reply === undefined ? 0 : reply.head.headers.count + 1;
    const { root } = this;
    const [bodySize, trailerCount] = [reply?.body.length ?? 0, reply?.trailers?.count ?? 0];
    this.run("on_http_call_response", onHttpCallResponse, root, root.id, id, headerCount, bodySize, trailerCount);
    this.calloutReply = undefined;
  }

  #deleteStream(context: FilterContext): void {
    const { onLog, onDelete } = this.guest;
    if (onLog !== undefined) this.run("on_log", onLog, context, context.id, 0, 0);
    if (onDelete !== undefined) this.run("on_delete", onDelete, context, context.id, 0, 0);
    this.#contexts.delete(context.id);
  }

  #nextId(): number {
    do this.#lastId = (this.#lastId + 1) >>> 0 || 1;
    while (this.#contexts.has(this.#lastId) || this.#lastId === this.root.id);
    return this.#lastId;
  }

  #fail(callback: string, context: FilterContext, error: unknown): void {
    this.fault = `${callback}: ${describeGuestError(error)}`;
    this.ticks.set(0);
    this.callouts.cancelAll();
    const requestId = context.request?.host.requestId;
    this.log.report("error", "a filter failed", {
      callback,
      error: describeGuestError(error),
      ...(requestId === undefined ? {} : { request_id: requestId }),
      last_lines: this.log.recentText(),
    });
    for (const other of this.#contexts.values()) if (other !== context) other.request?.noteDeath(other.id);
    this.onFault?.();
  }

  #startError(step: string, error: unknown): SpookyError {
    this.fault ??= `${step}: ${describeGuestError(error)}`;
    const lines = this.log.recentText();
    const detail = `filter ${this.plugin.name}, ${this.fault}${lines === "" ? "" : ` (it logged: ${lines})`}`;
    return new SpookyError(FAILURES.moduleStartFailed, detail, { cause: error });
  }
}
