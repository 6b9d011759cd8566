/**
 * The ab-test filter: gives each client one of several variants, and lets it keep it.
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
  valueAddress,
  valueLength,
} from "../sdk/filter";
import { cookieAddress, cookieField, cookieLength, findCookie, isCookieText } from "../sdk/cookies";
import { Settings } from "../sdk/settings";
import { equalsBytes, isHeaderName } from "../sdk/text";

export * from "../sdk/entry-stateless";

const MAX_WEIGHT: i32 = 1_000_000;
const setCookie: ByteString = ByteString.from("set-cookie");

let header: ByteString = ByteString.from("");
let responseHeader: ByteString = ByteString.from("");
let cookieName: ByteString = ByteString.from("");
let variants: StaticArray<Variant> = new StaticArray<Variant>(0);
let totalWeight: i32 = 0;

@final
class Variant {
  constructor(
    readonly name: ByteString,
    readonly weight: i32,
    readonly cookie: ByteString,
  ) {}
}

/** The variant of that name that still has a weight, or null. */
function variantNamed(address: usize, length: usize): Variant | null {
  for (let i = 0; i < variants.length; i++) {
    const variant = unchecked(variants[i]);
    if (variant.weight > 0 && equalsBytes(address, length, variant.name)) return variant;
  }
  return null;
}

function variantOfCookie(): Variant | null {
  return findCookie(cookieName) ? variantNamed(cookieAddress, cookieLength) : null;
}

function drawVariant(): Variant {
  let left = Math.random() * <f64>totalWeight;
  for (let i = 0; i < variants.length; i++) {
    const variant = unchecked(variants[i]);
    left -= <f64>variant.weight;
    if (left < 0) return variant;
  }
  return variants[variants.length - 1];
}

class AbTestStream extends StreamContext {
  onRequestHeaders(count: u32, endOfStream: bool): Action {
    const kept = variantOfCookie();
    const variant = kept == null ? drawVariant() : kept;
    requestHeaders.setBytes(header, variant.name.address, variant.name.length);
    return Action.Continue;
  }

  onResponseHeaders(count: u32, endOfStream: bool): Action {
    if (!requestHeaders.find(header)) return Action.Continue;
    const variant = variantNamed(valueAddress(), valueLength());
    if (variant == null) return Action.Continue;
    if (responseHeader.length > 0) responseHeaders.setBytes(responseHeader, variant.name.address, variant.name.length);
    if (variantOfCookie() == null)
      responseHeaders.appendBytes(setCookie, variant.cookie.address, variant.cookie.length);
    return Action.Continue;
  }
}

class AbTestRoot extends RootContext {
  onConfigure(config: string): bool {
    const settings = Settings.parse(config);
    const experiment = settings.text("experiment", "");
    if (!isCookieText(experiment)) settings.refuse("experiment", "must be a name of letters, digits and dashes");
    const name = settings.text("header", "x-ab-" + experiment).toLowerCase();
    const answer = settings.text("response_header", "").toLowerCase();
    const cookie = settings.text("cookie", "ab-" + experiment);
    const seconds = settings.integer("cookie_max_age_s", 2_592_000, 0, 31_536_000);
    if (!isHeaderName(name)) settings.refuse("header", "is no header name");
    if (answer != "" && !isHeaderName(answer)) settings.refuse("response_header", "is no header name");
    if (!isCookieText(cookie)) settings.refuse("cookie", "is no name of a cookie");
    header = ByteString.from(name);
    responseHeader = ByteString.from(answer);
    cookieName = ByteString.from(cookie);
    this.readVariants(settings.group("variants"), cookie, seconds);
    return settings.end();
  }

  createStream(): StreamContext {
    return new AbTestStream();
  }

  private readVariants(weights: Settings, cookie: string, seconds: i32): void {
    const names = weights.keys();
    const found: Variant[] = [];
    for (let i = 0; i < names.length; i++) {
      const weight = weights.integer(names[i], 0, 0, MAX_WEIGHT);
      if (!isCookieText(names[i])) weights.refuse(names[i], "is no name for a variant: letters, digits and dashes");
      totalWeight += weight;
      found.push(
        new Variant(ByteString.from(names[i]), weight, ByteString.from(cookieField(cookie, names[i], seconds))),
      );
    }
    variants = StaticArray.fromArray(found);
    if (names.length < 2 || names.length > 100) weights.refuse("", "two to a hundred variants are needed");
    else if (totalWeight == 0) weights.refuse("", "one of them needs a weight above 0");
    weights.end();
  }
}

registerFilter((): RootContext => new AbTestRoot());
