/**
 * The key-auth filter: asks for an API key in a header.
 * @module
 */
import {
  Action,
  ByteString,
  RootContext,
  StreamContext,
  registerFilter,
  requestHeaders,
  sendReply,
  valueAddress,
  valueLength,
} from "../sdk/filter";
import { SecretList } from "../sdk/secret-list";
import { Settings } from "../sdk/settings";
import { isHeaderName, isHeaderValue, startsWithIgnoringCase } from "../sdk/text";

export * from "../sdk/entry-stateless";

/** Longer keys are nobody's, and need not be hashed. */
const MAX_BYTES: usize = 1024;

const keys: SecretList = new SecretList();
let keyHeader: ByteString = ByteString.from("");
let prefix: ByteString = ByteString.from("");
let consumerHeader: ByteString = ByteString.from("");
let isHidden: bool = true;
let body: string = "";
let replyHeaders: string[] = [];

function findConsumer(): ByteString | null {
  if (!requestHeaders.find(keyHeader)) return null;
  const length = valueLength();
  if (length > MAX_BYTES || !startsWithIgnoringCase(valueAddress(), length, prefix)) return null;
  return keys.find(valueAddress() + prefix.length, length - prefix.length);
}

class KeyAuthStream extends StreamContext {
  onRequestHeaders(count: u32, endOfStream: bool): Action {
    const consumer = findConsumer();
    if (consumer == null) {
      sendReply(401, body, replyHeaders, "no valid key");
      return Action.Pause;
    }
    if (isHidden) requestHeaders.removeBytes(keyHeader);
    if (consumerHeader.length > 0) requestHeaders.setBytes(consumerHeader, consumer.address, consumer.length);
    return Action.Continue;
  }
}

class KeyAuthRoot extends RootContext {
  onConfigure(config: string): bool {
    const settings = Settings.parse(config);
    const entries = settings.maps("keys");
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i];
      const name = entry.text("name", "");
      if (name == "" || !isHeaderValue(name)) entry.refuse("name", "must be a name in visible ASCII");
      else if (!keys.add(name, entry.text("key", ""))) entry.refuse("key", "must be {SHA256} and a SHA-256 in base64");
      entry.end();
    }
    if (entries.length == 0) settings.refuse("keys", "at least one is needed");
    keyHeader = this.headerName(settings, "header", "x-api-key");
    consumerHeader = this.headerName(settings, "consumer_header", "");
    prefix = ByteString.from(settings.text("prefix", "").toLowerCase());
    isHidden = settings.boolean("hide_key", true);
    body = settings.text("body", "a valid key is needed\n");
    replyHeaders = ["content-type", "text/plain; charset=utf-8"];
    return settings.end();
  }

  createStream(): StreamContext {
    return new KeyAuthStream();
  }

  private headerName(settings: Settings, key: string, fallback: string): ByteString {
    const name = settings.text(key, fallback).toLowerCase();
    if (name != fallback && !isHeaderName(name)) settings.refuse(key, "is no header name");
    return ByteString.from(name);
  }
}

registerFilter((): RootContext => new KeyAuthRoot());
