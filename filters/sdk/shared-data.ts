import { encode, encodedAddress, encodedLength, resultAddress, resultSize, valueText } from "./bytes";
import { proxy_get_shared_data, proxy_set_shared_data } from "./env";
import { allocate } from "./scratch";
import { Status } from "./status";

/** A value that outlives requests and instances, and how often it has changed. */
export class SharedData {
  constructor(
    readonly text: string,
    /** Give it to {@link setSharedData} to write only if nobody else has. */
    readonly cas: u32,
  ) {}
}

/** The value of `key`, or null. */
export function getSharedData(key: string): SharedData | null {
  encode(key);
  const cas = allocate(4);
  const status = proxy_get_shared_data(encodedAddress, encodedLength, resultAddress, resultSize, cas);
  return status == Status.Ok ? new SharedData(valueText(), load<u32>(cas)) : null;
}

/**
 * Writes the value of `key`. With a `cas` that is not 0, {@link Status.CasMismatch} when the value has changed since it
 * was read; {@link Status.InternalFailure} when there is no more room.
 */
export function setSharedData(key: string, value: string, cas: u32 = 0): Status {
  encode(key);
  const keyAddress = encodedAddress;
  const keyLength = encodedLength;
  encode(value);
  return proxy_set_shared_data(keyAddress, keyLength, encodedAddress, encodedLength, cas);
}
