/**
 * The security-headers filter: gives responses the headers that make browsers careful.
 * @module
 */
import { Action, ByteString, RootContext, StreamContext, registerFilter, responseHeaders } from "../sdk/filter";
import { Settings } from "../sdk/settings";
import { isHeaderName, isHeaderValue } from "../sdk/text";

export * from "../sdk/entry-stateless";

/** Names, and values that are set when the config says nothing; "" leaves the header alone. */
const DEFAULTS: string[] = [
  "strict-transport-security",
  "max-age=31536000",
  "x-content-type-options",
  "nosniff",
  "x-frame-options",
  "DENY",
  "referrer-policy",
  "strict-origin-when-cross-origin",
  "content-security-policy",
  "",
  "permissions-policy",
  "",
  "cross-origin-opener-policy",
  "",
  "cross-origin-resource-policy",
  "",
  "cross-origin-embedder-policy",
  "",
];

let names: StaticArray<ByteString> = new StaticArray<ByteString>(0);
let values: StaticArray<ByteString> = new StaticArray<ByteString>(0);
let removed: StaticArray<ByteString> = new StaticArray<ByteString>(0);
let keepsOwn: bool = false;

class SecurityStream extends StreamContext {
  onResponseHeaders(count: u32, endOfStream: bool): Action {
    for (let i = 0; i < removed.length; i++) responseHeaders.removeBytes(unchecked(removed[i]));
    for (let i = 0; i < names.length; i++) {
      const name = unchecked(names[i]);
      if (keepsOwn && responseHeaders.find(name)) continue;
      const value = unchecked(values[i]);
      responseHeaders.setBytes(name, value.address, value.length);
    }
    return Action.Continue;
  }
}

class SecurityRoot extends RootContext {
  onConfigure(config: string): bool {
    const settings = Settings.parse(config);
    const foundNames: ByteString[] = [];
    const foundValues: ByteString[] = [];
    for (let i = 0; i < DEFAULTS.length; i += 2) {
      const key = DEFAULTS[i].replaceAll("-", "_");
      const value = settings.isOff(key) ? "" : settings.text(key, DEFAULTS[i + 1]);
      if (!isHeaderValue(value)) settings.refuse(key, "is no header value");
      if (value == "") continue;
      foundNames.push(ByteString.from(DEFAULTS[i]));
      foundValues.push(ByteString.from(value));
    }
    names = StaticArray.fromArray(foundNames);
    values = StaticArray.fromArray(foundValues);
    const gone = settings.texts("remove");
    const foundRemoved: ByteString[] = [];
    for (let i = 0; i < gone.length; i++) {
      const name = gone[i].toLowerCase();
      if (!isHeaderName(name)) settings.refuse("remove", '"' + gone[i] + '" is no header name');
      foundRemoved.push(ByteString.from(name));
    }
    removed = StaticArray.fromArray(foundRemoved);
    keepsOwn = settings.boolean("keep_own", false);
    return settings.end();
  }

  createStream(): StreamContext {
    return new SecurityStream();
  }
}

registerFilter((): RootContext => new SecurityRoot());
