/**
 * The response-cache-control filter: says how long responses may be kept, by path, type and status.
 * @module
 */
import {
  Action,
  ByteString,
  PropertyPath,
  RootContext,
  StreamContext,
  registerFilter,
  requestHeaders,
  responseHeaders,
  valueAddress,
  valueLength,
} from "../sdk/filter";
import { Settings } from "../sdk/settings";
import { endsWithBytes, equalsBytes, isHeaderValue, startsWithBytes, startsWithIgnoringCase } from "../sdk/text";

export * from "../sdk/entry-stateless";

const cacheControl: ByteString = ByteString.from("cache-control");
const contentType: ByteString = ByteString.from("content-type");
const expires: ByteString = ByteString.from("expires");
const pragma: ByteString = ByteString.from("pragma");
const methodName: ByteString = ByteString.from(":method");
const statusName: ByteString = ByteString.from(":status");
const urlPath: PropertyPath = new PropertyPath("request.url_path");
const get: ByteString = ByteString.from("GET");
const head: ByteString = ByteString.from("HEAD");

let rules: StaticArray<Rule> = new StaticArray<Rule>(0);

function isSafe(): bool {
  if (!requestHeaders.find(methodName)) return false;
  return equalsBytes(valueAddress(), valueLength(), get) || equalsBytes(valueAddress(), valueLength(), head);
}

@final
class Rule {
  constructor(
    private readonly prefix: ByteString,
    private readonly suffix: ByteString,
    private readonly type: ByteString,
    private readonly statuses: StaticArray<ByteString>,
    readonly value: ByteString,
    readonly keepsOwn: bool,
  ) {}

  matches(): bool {
    if (this.prefix.length > 0 || this.suffix.length > 0) {
      if (!urlPath.find() || !startsWithBytes(valueAddress(), valueLength(), this.prefix)) return false;
      if (!endsWithBytes(valueAddress(), valueLength(), this.suffix)) return false;
    }
    if (this.type.length > 0) {
      if (!responseHeaders.find(contentType)) return false;
      if (!startsWithIgnoringCase(valueAddress(), valueLength(), this.type)) return false;
    }
    if (!responseHeaders.find(statusName)) return false;
    for (let i = 0; i < this.statuses.length; i++) {
      if (equalsBytes(valueAddress(), valueLength(), unchecked(this.statuses[i]))) return true;
    }
    return false;
  }
}

class CacheStream extends StreamContext {
  onResponseHeaders(count: u32, endOfStream: bool): Action {
    if (!isSafe()) return Action.Continue;
    for (let i = 0; i < rules.length; i++) {
      const rule = unchecked(rules[i]);
      if (!rule.matches()) continue;
      if (rule.keepsOwn && responseHeaders.find(cacheControl)) return Action.Continue;
      responseHeaders.setBytes(cacheControl, rule.value.address, rule.value.length);
      responseHeaders.removeBytes(expires);
      responseHeaders.removeBytes(pragma);
      return Action.Continue;
    }
    return Action.Continue;
  }
}

class CacheRoot extends RootContext {
  onConfigure(config: string): bool {
    const settings = Settings.parse(config);
    const entries = settings.maps("rules");
    const found: Rule[] = [];
    for (let i = 0; i < entries.length; i++) found.push(this.readRule(entries[i]));
    if (entries.length == 0) settings.refuse("rules", "at least one is needed");
    rules = StaticArray.fromArray(found);
    return settings.end();
  }

  createStream(): StreamContext {
    return new CacheStream();
  }

  private readRule(entry: Settings): Rule {
    const value = entry.text("value", "");
    if (value == "" || !isHeaderValue(value)) entry.refuse("value", "must be a value of cache-control");
    const texts = entry.has("status") ? entry.texts("status") : ["200"];
    const statuses: ByteString[] = [];
    for (let i = 0; i < texts.length; i++) {
      const code = texts[i];
      if (code.length != 3 || code < "200" || code > "599") entry.refuse("status", '"' + code + '" is no status');
      statuses.push(ByteString.from(code));
    }
    if (texts.length == 0) entry.refuse("status", "at least one is needed");
    const prefix = entry.text("path_prefix", "");
    if (prefix != "" && !prefix.startsWith("/")) entry.refuse("path_prefix", "must begin with /");
    const rule = new Rule(
      ByteString.from(prefix),
      ByteString.from(entry.text("path_suffix", "")),
      ByteString.from(entry.text("content_type", "").toLowerCase()),
      StaticArray.fromArray(statuses),
      ByteString.from(value),
      entry.boolean("keep_own", true),
    );
    entry.end();
    return rule;
  }
}

registerFilter((): RootContext => new CacheRoot());
