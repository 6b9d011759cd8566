/**
 * The canary-split filter: leads a part of the requests elsewhere.
 * @module
 */
import {
  Action,
  ByteString,
  RootContext,
  Status,
  StreamContext,
  allocate,
  registerFilter,
  requestHeaders,
  responseHeaders,
  sendReply,
  valueAddress,
  valueLength,
} from "../sdk/filter";
import { cookieAddress, cookieField, cookieLength, findCookie, isCookieText } from "../sdk/cookies";
import { Settings } from "../sdk/settings";
import { equalsBytes, isHeaderName, isHeaderValue } from "../sdk/text";

export * from "../sdk/entry-stateless";

const canary: ByteString = ByteString.from("canary");
const stable: ByteString = ByteString.from("stable");
const pathName: ByteString = ByteString.from(":path");
const authorityName: ByteString = ByteString.from(":authority");
const setCookie: ByteString = ByteString.from("set-cookie");

let percent: f64 = 0;
let markHeader: ByteString = ByteString.from("");
let askHeader: ByteString = ByteString.from("");
let askValue: ByteString = ByteString.from("");
let cookieName: ByteString = ByteString.from("");
let canaryCookie: ByteString = ByteString.from("");
let stableCookie: ByteString = ByteString.from("");
let pathPrefix: ByteString = ByteString.from("");
let authority: ByteString = ByteString.from("");

/** 1 or 0 when the cookie says which, -1 when it does not. */
function choiceOfCookie(): i32 {
  if (cookieName.length == 0 || !findCookie(cookieName)) return -1;
  if (equalsBytes(cookieAddress, cookieLength, canary)) return 1;
  return equalsBytes(cookieAddress, cookieLength, stable) ? 0 : -1;
}

function isAskedFor(): bool {
  return askHeader.length > 0 && requestHeaders.find(askHeader) && equalsBytes(valueAddress(), valueLength(), askValue);
}

function isCanary(): bool {
  if (isAskedFor()) return true;
  const choice = choiceOfCookie();
  return choice < 0 ? Math.random() * 100 < percent : choice == 1;
}

function leadAway(): Status {
  if (authority.length > 0) {
    const status = requestHeaders.setBytes(authorityName, authority.address, authority.length);
    if (status != Status.Ok) return status;
  }
  if (pathPrefix.length == 0) return Status.Ok;
  if (!requestHeaders.find(pathName)) return Status.NotFound;
  const length = pathPrefix.length + valueLength();
  const path = allocate(length);
  memory.copy(path, pathPrefix.address, pathPrefix.length);
  memory.copy(path + pathPrefix.length, valueAddress(), valueLength());
  return requestHeaders.setBytes(pathName, path, length);
}

class CanaryStream extends StreamContext {
  onRequestHeaders(count: u32, endOfStream: bool): Action {
    const isChosen = isCanary();
    const mark = isChosen ? canary : stable;
    requestHeaders.setBytes(markHeader, mark.address, mark.length);
    if (!isChosen || leadAway() == Status.Ok) return Action.Continue;
    sendReply(500, "the request could not be led elsewhere\n");
    return Action.Pause;
  }

  onResponseHeaders(count: u32, endOfStream: bool): Action {
    if (cookieName.length == 0 || choiceOfCookie() >= 0 || isAskedFor()) return Action.Continue;
    // A request that was answered before it came here was never given a side.
    if (!requestHeaders.find(markHeader)) return Action.Continue;
    const field = equalsBytes(valueAddress(), valueLength(), canary) ? canaryCookie : stableCookie;
    responseHeaders.appendBytes(setCookie, field.address, field.length);
    return Action.Continue;
  }
}

class CanaryRoot extends RootContext {
  onConfigure(config: string): bool {
    const settings = Settings.parse(config);
    percent = <f64>settings.integer("percent", 0, 0, 100);
    const mark = this.headerName(settings, "mark_header", "x-canary");
    markHeader = ByteString.from(mark);
    this.readAsked(settings, mark);
    this.readCookie(settings);
    const prefix = settings.text("path_prefix", "");
    if (prefix != "" && (!prefix.startsWith("/") || prefix.endsWith("/") || prefix.includes("?"))) {
      settings.refuse("path_prefix", "must begin with / and not end with it");
    }
    pathPrefix = ByteString.from(prefix);
    authority = ByteString.from(settings.text("authority", ""));
    if (settings.isValid && pathPrefix.length + authority.length == 0) {
      settings.refuse("path_prefix", "path_prefix or authority is needed");
    }
    return settings.end();
  }

  createStream(): StreamContext {
    return new CanaryStream();
  }

  private readAsked(settings: Settings, mark: string): void {
    if (!settings.has("when_header")) return;
    const when = settings.group("when_header");
    const name = this.headerName(when, "name", "");
    const value = when.text("value", "");
    if (name == mark) when.refuse("name", "is the mark_header, which this filter overwrites");
    if (value == "" || !isHeaderValue(value)) when.refuse("value", "must be a header value");
    askHeader = ByteString.from(name);
    askValue = ByteString.from(value);
    when.end();
  }

  private readCookie(settings: Settings): void {
    const name = settings.text("cookie", "");
    const seconds = settings.integer("cookie_max_age_s", 86_400, 0, 31_536_000);
    if (name != "" && !isCookieText(name)) settings.refuse("cookie", "is no name of a cookie");
    cookieName = ByteString.from(name);
    canaryCookie = ByteString.from(cookieField(name, "canary", seconds));
    stableCookie = ByteString.from(cookieField(name, "stable", seconds));
  }

  private headerName(settings: Settings, key: string, fallback: string): string {
    const name = settings.text(key, fallback).toLowerCase();
    if (!isHeaderName(name)) settings.refuse(key, "is no header name");
    return name;
  }
}

registerFilter((): RootContext => new CanaryRoot());
