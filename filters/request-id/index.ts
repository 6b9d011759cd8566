/**
 * The request-id filter: an id of a form of one's own, for the backend and for the client.
 * @module
 */
import {
  Action,
  ByteString,
  PropertyPath,
  RootContext,
  StreamContext,
  allocate,
  registerFilter,
  requestHeaders,
  responseHeaders,
  valueAddress,
  valueLength,
} from "../sdk/filter";
import { Settings } from "../sdk/settings";
import { isHeaderName } from "../sdk/text";

export * from "../sdk/entry-stateless";

const MAX_INBOUND_BYTES: usize = 128;
const UUID_BYTES: usize = 36;
const HEX_BYTES: usize = 32;
const proxyId: PropertyPath = new PropertyPath("request.id");

let header: ByteString = ByteString.from("");
let responseHeader: ByteString = ByteString.from("");
let isTrusted: bool = false;
let format: string = "";

function writeHex(at: usize, byte: u32): void {
  store<u8>(at, hexDigit(byte >> 4));
  store<u8>(at + 1, hexDigit(byte & 15));
}

function hexDigit(value: u32): u8 {
  return <u8>(value < 10 ? 0x30 + value : 0x57 + value);
}

/** 32 bits of a generator that the host seeds: unlikely to repeat, no secret. */
function randomBits(): u32 {
  return <u32>(<u64>(Math.random() * 4_294_967_296.0));
}

/** A random UUID (RFC 9562 §5.4), or the same without its dashes. */
function writeId(at: usize, hasDashes: bool): void {
  let bits: u32 = 0;
  for (let i = 0; i < 16; i++) {
    if ((i & 3) == 0) bits = randomBits();
    let byte = bits & 0xff;
    bits >>= 8;
    if (i == 6) byte = (byte & 0x0f) | 0x40;
    if (i == 8) byte = (byte & 0x3f) | 0x80;
    if (hasDashes && (i == 4 || i == 6 || i == 8 || i == 10)) store<u8>(at++, 0x2d);
    writeHex(at, byte);
    at += 2;
  }
}

/** Whether the request came with an id of 1 to 128 letters, digits and `-._:/+=`. */
function hasUsableId(): bool {
  if (!requestHeaders.find(header)) return false;
  const length = valueLength();
  if (length == 0 || length > MAX_INBOUND_BYTES) return false;
  const address = valueAddress();
  for (let i: usize = 0; i < length; i++) {
    const code = load<u8>(address + i);
    const isLetter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
    const isMark = (code >= 0x2d && code <= 0x3a) || code == 0x5f || code == 0x2b || code == 0x3d;
    if (!isLetter && !isMark) return false;
  }
  return true;
}

class RequestIdStream extends StreamContext {
  onRequestHeaders(count: u32, endOfStream: bool): Action {
    if (isTrusted && hasUsableId()) return Action.Continue;
    if (format == "proxy") {
      if (proxyId.find()) requestHeaders.setBytes(header, valueAddress(), valueLength());
      return Action.Continue;
    }
    const hasDashes = format == "uuid";
    const length = hasDashes ? UUID_BYTES : HEX_BYTES;
    const id = allocate(length);
    writeId(id, hasDashes);
    requestHeaders.setBytes(header, id, length);
    return Action.Continue;
  }

  onResponseHeaders(count: u32, endOfStream: bool): Action {
    if (responseHeader.length > 0 && requestHeaders.find(header)) {
      responseHeaders.setBytes(responseHeader, valueAddress(), valueLength());
    }
    return Action.Continue;
  }
}

class RequestIdRoot extends RootContext {
  onConfigure(config: string): bool {
    const settings = Settings.parse(config);
    const name = settings.text("header", "x-correlation-id").toLowerCase();
    const answer = settings.isOff("response_header") ? "" : settings.text("response_header", name).toLowerCase();
    if (!isHeaderName(name)) settings.refuse("header", "is no header name");
    if (name == "x-request-id") settings.refuse("header", "the proxy itself writes x-request-id");
    if (answer != "" && !isHeaderName(answer)) settings.refuse("response_header", "is no header name");
    header = ByteString.from(name);
    responseHeader = ByteString.from(answer);
    isTrusted = settings.boolean("trust_inbound", false);
    format = settings.text("format", "uuid");
    if (format != "uuid" && format != "hex" && format != "proxy")
      settings.refuse("format", "must be uuid, hex or proxy");
    return settings.end();
  }

  createStream(): StreamContext {
    return new RequestIdStream();
  }
}

registerFilter((): RootContext => new RequestIdRoot());
