/**
 * The cors filter: says which other sites' pages may read responses, and answers the questions that browsers ask first
 * (Fetch standard, "CORS protocol").
 * @module
 */
import {
  Action,
  ByteString,
  RootContext,
  StreamContext,
  registerFilter,
  requestHeaders,
  responseHeaders,
  sendReply,
  valueAddress,
  valueLength,
} from "../sdk/filter";
import { Settings } from "../sdk/settings";
import { equalsBytes, isHeaderName } from "../sdk/text";
import { OriginList } from "./origin-list";

export * from "../sdk/entry-stateless";

const methodName: ByteString = ByteString.from(":method");
const optionsMethod: ByteString = ByteString.from("OPTIONS");
const originName: ByteString = ByteString.from("origin");
const askedMethod: ByteString = ByteString.from("access-control-request-method");
const allowOrigin: ByteString = ByteString.from("access-control-allow-origin");
const allowCredentials: ByteString = ByteString.from("access-control-allow-credentials");
const exposeHeaders: ByteString = ByteString.from("access-control-expose-headers");
const allowMethods: ByteString = ByteString.from("access-control-allow-methods");
const allowHeaders: ByteString = ByteString.from("access-control-allow-headers");
const maxAge: ByteString = ByteString.from("access-control-max-age");
const vary: ByteString = ByteString.from("vary");
const yes: ByteString = ByteString.from("true");
const star: ByteString = ByteString.from("*");

const origins: OriginList = new OriginList();
let hasCredentials: bool = false;
let exposed: ByteString = ByteString.from("");
let methods: ByteString = ByteString.from("");
let headers: ByteString = ByteString.from("");
let age: ByteString = ByteString.from("");

function isPreflight(): bool {
  if (!requestHeaders.find(methodName) || !equalsBytes(valueAddress(), valueLength(), optionsMethod)) return false;
  return requestHeaders.find(askedMethod) && requestHeaders.find(originName);
}

function setUnlessEmpty(name: ByteString, value: ByteString): void {
  if (value.length > 0) responseHeaders.setBytes(name, value.address, value.length);
}

class CorsStream extends StreamContext {
  onRequestHeaders(count: u32, endOfStream: bool): Action {
    if (!isPreflight()) return Action.Continue;
    // The fields of the answer are written when it passes onResponseHeaders.
    if (origins.holds(valueAddress(), valueLength())) sendReply(204, "", [], "preflight");
    else sendReply(403, "", [], "origin not allowed");
    return Action.Pause;
  }

  onResponseHeaders(count: u32, endOfStream: bool): Action {
    // What the backend says of other sites does not count.
    responseHeaders.removeBytes(allowOrigin);
    responseHeaders.removeBytes(allowCredentials);
    responseHeaders.removeBytes(exposeHeaders);
    responseHeaders.removeBytes(allowMethods);
    responseHeaders.removeBytes(allowHeaders);
    responseHeaders.removeBytes(maxAge);
    if (!origins.isAny) responseHeaders.appendBytes(vary, originName.address, originName.length);
    if (!requestHeaders.find(originName) || !origins.holds(valueAddress(), valueLength())) return Action.Continue;
    if (origins.isAny) responseHeaders.setBytes(allowOrigin, star.address, star.length);
    else responseHeaders.setBytes(allowOrigin, valueAddress(), valueLength());
    if (hasCredentials) responseHeaders.setBytes(allowCredentials, yes.address, yes.length);
    if (!isPreflight()) {
      setUnlessEmpty(exposeHeaders, exposed);
      return Action.Continue;
    }
    setUnlessEmpty(allowMethods, methods);
    setUnlessEmpty(allowHeaders, headers);
    setUnlessEmpty(maxAge, age);
    return Action.Continue;
  }
}

class CorsRoot extends RootContext {
  onConfigure(config: string): bool {
    const settings = Settings.parse(config);
    const texts = settings.texts("allow_origins");
    for (let i = 0; i < texts.length; i++) {
      if (!origins.add(texts[i])) {
        settings.refuse("allow_origins", '"' + texts[i] + '" is neither *, https://host nor https://*.host');
      }
    }
    if (texts.length == 0) settings.refuse("allow_origins", "at least one is needed");
    hasCredentials = settings.boolean("allow_credentials", false);
    if (hasCredentials && origins.isAny) {
      settings.refuse("allow_credentials", "every site could act in the user's name: name the origins instead of *");
    }
    methods = this.readNames(settings, "allow_methods", ["GET", "HEAD", "POST"]);
    headers = this.readNames(settings, "allow_headers", []);
    exposed = this.readNames(settings, "expose_headers", []);
    age = ByteString.from(settings.integer("max_age_s", 600, 0, 86_400).toString());
    return settings.end();
  }

  createStream(): StreamContext {
    return new CorsStream();
  }

  private readNames(settings: Settings, key: string, fallback: string[]): ByteString {
    const names = settings.has(key) ? settings.texts(key) : fallback;
    for (let i = 0; i < names.length; i++) {
      if (!isHeaderName(names[i].toLowerCase())) settings.refuse(key, '"' + names[i] + '" is no name');
      if (names[i] == "*") settings.refuse(key, "name them one by one");
    }
    return ByteString.from(names.join(", "));
  }
}

registerFilter((): RootContext => new CorsRoot());
