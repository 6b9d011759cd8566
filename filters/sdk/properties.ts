import { ByteString, encode, encodedAddress, encodedLength, resultAddress, resultSize, valueText } from "./bytes";
import { proxy_get_property, proxy_set_property } from "./env";
import { Status } from "./status";

/**
 * What the proxy knows of a request: `request.id`, `source.address`, `cluster_name` and so on; `docs/filters.md` lists
 * them. Paths are written with dots here and go to the host with zero bytes between their segments.
 */
export class PropertyPath {
  readonly bytes: ByteString;

  constructor(path: string) {
    this.bytes = ByteString.from(path.replaceAll(".", "\0"));
  }

  /** Looks the property up: the value is then at `valueAddress()`, `valueLength()` bytes long. */
  find(): bool {
    return proxy_get_property(this.bytes.address, this.bytes.length, resultAddress, resultSize) == Status.Ok;
  }

  /** The value as text, or null when there is none. For text properties. */
  text(): string | null {
    return this.find() ? valueText() : null;
  }

  /** The value as a number, or -1 when there is none. For number properties: they are 64 bits wide. */
  number(): i64 {
    return this.find() && load<usize>(resultSize) == 8 ? load<i64>(load<usize>(resultAddress)) : -1;
  }

  /** Sets a property of the filter's own, for the filters after this one and for the log. */
  set(value: string): Status {
    encode(value);
    return proxy_set_property(this.bytes.address, this.bytes.length, encodedAddress, encodedLength);
  }
}
