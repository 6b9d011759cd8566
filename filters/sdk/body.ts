import { encode, encodedAddress, encodedLength, resultAddress, resultSize, valueText } from "./bytes";
import { proxy_get_buffer_bytes, proxy_set_buffer_bytes } from "./env";
import { Status } from "./status";

const ALL: u32 = 0x7fff_ffff;

/**
 * The part of a body that a filter has now: what came with this callback, and what it held back before by returning
 * `Action.Pause`. Only good during a body or trailers callback, or while the filter holds the body.
 */
@final
export class Body {
  constructor(private readonly type: u32) {}

  /** All of it, read as UTF-8; "" when there is nothing. */
  text(): string {
    const status = proxy_get_buffer_bytes(this.type, 0, ALL, resultAddress, resultSize);
    return status == Status.Ok ? valueText() : "";
  }

  /** Puts `text` in the place of all of it. */
  replace(text: string): Status {
    return this.splice(0, ALL, text);
  }

  /** Puts `text` before it. */
  prepend(text: string): Status {
    return this.splice(0, 0, text);
  }

  /** Puts `text` behind it. */
  append(text: string): Status {
    return this.splice(ALL, 0, text);
  }

  private splice(start: u32, size: u32, text: string): Status {
    encode(text);
    return proxy_set_buffer_bytes(this.type, start, size, encodedAddress, encodedLength);
  }
}

export const requestBody: Body = new Body(0);
export const responseBody: Body = new Body(1);
