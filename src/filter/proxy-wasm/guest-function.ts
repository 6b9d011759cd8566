/** A function exported by a guest, or given to one: 32-bit integers in, at most one out. */
export type GuestFunction = (...args: number[]) => number;

/** A host function as it is linked. Those that take or give 64-bit integers see them as bigint. */
export type HostFunction = ((...args: number[]) => number | void) | ((id: number, value: bigint) => number);

/** Host functions of one family, by import name. */
export type HostFunctions = Readonly<Record<string, HostFunction>>;
