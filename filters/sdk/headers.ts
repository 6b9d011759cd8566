import { ByteString, encode, encodedAddress, encodedLength, resultAddress, resultSize, valueText } from "./bytes";
import {
  proxy_add_header_map_value,
  proxy_get_header_map_pairs,
  proxy_get_header_map_value,
  proxy_remove_header_map_value,
  proxy_replace_header_map_value,
} from "./env";
import { Status } from "./status";

/**
 * The headers of one message. Pseudo-headers (`:method`, `:path`, `:authority`, `:scheme`, `:status`) are entries like
 * others. Names are lower case; the host compares them without case. Writes return {@link Status.BadArgument} when no
 * message may have such a name or value.
 *
 * Methods that take a {@link ByteString} make no strings and allocate nothing: use them for names that are known when
 * the filter is configured.
 */
@final
export class HeaderMap {
  constructor(private readonly type: u32) {}

  /** All values of `name`, joined with commas; null when there are none. Of `set-cookie` only the first. */
  get(name: string): string | null {
    encode(name);
    const status = proxy_get_header_map_value(this.type, encodedAddress, encodedLength, resultAddress, resultSize);
    return status == Status.Ok ? valueText() : null;
  }

  /** Makes `value` the one value of `name`. */
  set(name: string, value: string): Status {
    encode(name);
    const nameAddress = encodedAddress;
    const nameLength = encodedLength;
    encode(value);
    return proxy_replace_header_map_value(this.type, nameAddress, nameLength, encodedAddress, encodedLength);
  }

  /** Adds a field, besides those of the name that are there. */
  append(name: string, value: string): Status {
    encode(name);
    const nameAddress = encodedAddress;
    const nameLength = encodedLength;
    encode(value);
    return proxy_add_header_map_value(this.type, nameAddress, nameLength, encodedAddress, encodedLength);
  }

  /** Removes all fields of `name`; no error when there are none. */
  remove(name: string): Status {
    encode(name);
    return proxy_remove_header_map_value(this.type, encodedAddress, encodedLength);
  }

  /** Looks `name` up: the value is then at `valueAddress()`, `valueLength()` bytes long. */
  find(name: ByteString): bool {
    return proxy_get_header_map_value(this.type, name.address, name.length, resultAddress, resultSize) == Status.Ok;
  }

  /** As {@link set}, with bytes in memory for the value. */
  setBytes(name: ByteString, address: usize, length: usize): Status {
    return proxy_replace_header_map_value(this.type, name.address, name.length, address, length);
  }

  /** As {@link append}, with bytes in memory for the value. */
  appendBytes(name: ByteString, address: usize, length: usize): Status {
    return proxy_add_header_map_value(this.type, name.address, name.length, address, length);
  }

  /** As {@link remove}. */
  removeBytes(name: ByteString): Status {
    return proxy_remove_header_map_value(this.type, name.address, name.length);
  }

  /** Reads the whole map; see {@link HeaderPairs}. */
  pairs(): HeaderPairs {
    const status = proxy_get_header_map_pairs(this.type, resultAddress, resultSize);
    return new HeaderPairs(status == Status.Ok ? load<usize>(resultAddress) : 0);
  }
}

/**
 * All fields of a message in their order, as a cursor: call {@link next} until it says false. What it points to is good
 * until the callback returns.
 *
 *     const pairs = requestHeaders.pairs();
 *     while (pairs.next()) log(LogLevel.Info, pairs.name() + ": " + pairs.value());
 */
@final
export class HeaderPairs {
  nameAddress: usize = 0;
  nameLength: usize = 0;
  valueAddress: usize = 0;
  valueLength: usize = 0;
  private lengths: usize;
  private at: usize;
  private left: u32;

  /** `start` is the address of a serialised map, or 0 for an empty one. */
  constructor(start: usize) {
    const count = start == 0 ? 0 : load<u32>(start);
    this.left = count;
    this.lengths = start + 4;
    this.at = start + 4 + <usize>count * 8;
  }

  next(): bool {
    if (this.left == 0) return false;
    this.left--;
    this.nameLength = load<u32>(this.lengths);
    this.valueLength = load<u32>(this.lengths, 4);
    this.lengths += 8;
    this.nameAddress = this.at;
    this.valueAddress = this.at + this.nameLength + 1;
    this.at = this.valueAddress + this.valueLength + 1;
    return true;
  }

  name(): string {
    return String.UTF8.decodeUnsafe(this.nameAddress, this.nameLength);
  }

  value(): string {
    return String.UTF8.decodeUnsafe(this.valueAddress, this.valueLength);
  }

  /** Whether the current name is `name`, which must be lower case. */
  isNamed(name: ByteString): bool {
    return this.nameLength == name.length && memory.compare(this.nameAddress, name.address, name.length) == 0;
  }
}

/** Headers of the request; still readable while the response passes. */
export const requestHeaders: HeaderMap = new HeaderMap(0);
/** Trailers of the request, while it ends. */
export const requestTrailers: HeaderMap = new HeaderMap(1);
/** Trailers of the response, while it ends. */
export const responseTrailers: HeaderMap = new HeaderMap(3);
/** Headers of the response; empty before there is one. */
export const responseHeaders: HeaderMap = new HeaderMap(2);
