/**
 * The path-rewrite filter: gives requests other paths, or sends clients elsewhere.
 * @module
 */
import {
  Action,
  ByteString,
  RootContext,
  Status,
  StreamContext,
  registerFilter,
  requestHeaders,
  sendReply,
  valueAddress,
  valueLength,
} from "../sdk/filter";
import { Settings } from "../sdk/settings";
import { lengthBefore } from "../sdk/text";
import { PathPattern, PathTarget, renderedAddress, renderedLength } from "./pattern";

export * from "../sdk/entry-stateless";

const pathName: ByteString = ByteString.from(":path");

let rules: StaticArray<Rule> = new StaticArray<Rule>(0);

@final
class Rule {
  constructor(
    readonly pattern: PathPattern,
    readonly target: PathTarget,
    /** Of the redirect; 0 rewrites. */
    readonly status: i32,
    readonly keepsQuery: bool,
  ) {}
}

class PathStream extends StreamContext {
  onRequestHeaders(count: u32, endOfStream: bool): Action {
    if (!requestHeaders.find(pathName)) return Action.Continue;
    const path = valueAddress();
    const length = valueLength();
    const pathLength = lengthBefore(path, length, 0x3f);
    for (let i = 0; i < rules.length; i++) {
      const rule = unchecked(rules[i]);
      if (!rule.pattern.matches(path, pathLength)) continue;
      const hasQuery = rule.keepsQuery && length > pathLength + 1;
      rule.target.render(path + pathLength + 1, hasQuery ? length - pathLength - 1 : 0);
      return rule.status == 0 ? rewrite() : redirect(rule.status);
    }
    return Action.Continue;
  }
}

function rewrite(): Action {
  if (requestHeaders.setBytes(pathName, renderedAddress, renderedLength) == Status.Ok) return Action.Continue;
  sendReply(500, "the path could not be rewritten\n");
  return Action.Pause;
}

function redirect(status: i32): Action {
  const location = String.UTF8.decodeUnsafe(renderedAddress, renderedLength);
  if (sendReply(status, "", ["location", location], "redirect") != Status.Ok) {
    sendReply(500, "the path could not be redirected\n");
  }
  return Action.Pause;
}

class PathRoot extends RootContext {
  onConfigure(config: string): bool {
    const settings = Settings.parse(config);
    const entries = settings.maps("rules");
    const found: Rule[] = [];
    for (let i = 0; i < entries.length; i++) {
      const rule = this.readRule(entries[i]);
      if (rule != null) found.push(rule);
    }
    if (entries.length == 0) settings.refuse("rules", "at least one is needed");
    rules = StaticArray.fromArray(found);
    return settings.end();
  }

  createStream(): StreamContext {
    return new PathStream();
  }

  private readRule(entry: Settings): Rule | null {
    const isPrefix = entry.has("prefix");
    const isRedirect = entry.has("redirect");
    const key = isPrefix ? "prefix" : "match";
    const text = entry.text(key, "");
    const pattern = isPrefix ? PathPattern.prefix(text) : PathPattern.parse(text);
    const target = entry.text(isRedirect ? "redirect" : "rewrite", "");
    const status = isRedirect ? entry.integer("status", 302, 301, 308) : 0;
    const keepsQuery = entry.boolean("keep_query", true);
    entry.end();
    if (isRedirect && status != 301 && status != 302 && status != 303 && status != 307 && status != 308) {
      entry.refuse("status", "must be 301, 302, 303, 307 or 308");
    }
    if (pattern == null) {
      entry.refuse(key, "must be a path that begins with /; {name} is a whole segment, {*name} the last");
      return null;
    }
    const parsed = isPrefix
      ? PathTarget.prefix(target, isRedirect)
      : PathTarget.parse(target, pattern.names, isRedirect);
    if (parsed == null) {
      entry.refuse(isRedirect ? "redirect" : "rewrite", PathTarget.error);
      return null;
    }
    return new Rule(pattern, parsed, status, keepsQuery);
  }
}

registerFilter((): RootContext => new PathRoot());
