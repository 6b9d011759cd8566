/**
 * The maintenance-page filter: answers every request with one page, but for those who may look behind it.
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
import { AddressRange, isInRanges, parseClientAddress } from "../sdk/ip-address";
import { SecretList } from "../sdk/secret-list";
import { Settings } from "../sdk/settings";
import { isHeaderName, isHeaderValue } from "../sdk/text";

export * from "../sdk/entry-stateless";

const MAX_SECRET_BYTES: usize = 1024;

let isEnabled: bool = true;
let status: i32 = 503;
let body: string = "";
let replyHeaders: string[] = [];
let bypassAddresses: StaticArray<AddressRange> = new StaticArray<AddressRange>(0);
let bypassHeader: ByteString = ByteString.from("");
const bypassSecrets: SecretList = new SecretList();

function mayBypass(): bool {
  if (bypassAddresses.length > 0 && parseClientAddress() && isInRanges(bypassAddresses)) return true;
  if (bypassHeader.length == 0 || !requestHeaders.find(bypassHeader)) return false;
  return valueLength() <= MAX_SECRET_BYTES && bypassSecrets.find(valueAddress(), valueLength()) != null;
}

class MaintenanceStream extends StreamContext {
  onRequestHeaders(count: u32, endOfStream: bool): Action {
    if (!isEnabled) return Action.Continue;
    if (!mayBypass()) {
      sendReply(status, body, replyHeaders, "maintenance");
      return Action.Pause;
    }
    if (bypassHeader.length > 0) requestHeaders.removeBytes(bypassHeader);
    return Action.Continue;
  }
}

class MaintenanceRoot extends RootContext {
  onConfigure(config: string): bool {
    const settings = Settings.parse(config);
    isEnabled = settings.boolean("enabled", true);
    status = settings.integer("status", 503, 200, 599);
    body = settings.text("body", "The site is being worked on. Please come back in a while.\n");
    const type = settings.text("content_type", "text/plain; charset=utf-8");
    if (!isHeaderValue(type)) settings.refuse("content_type", "is no header value");
    const retryAfter = settings.integer("retry_after_s", 300, 0, 31_536_000);
    replyHeaders = ["content-type", type, "cache-control", "no-store"];
    if (retryAfter > 0) {
      replyHeaders.push("retry-after");
      replyHeaders.push(retryAfter.toString());
    }
    this.readBypass(settings.group("bypass"));
    return settings.end();
  }

  createStream(): StreamContext {
    return new MaintenanceStream();
  }

  private readBypass(bypass: Settings): void {
    const ranges: AddressRange[] = [];
    const texts = bypass.texts("addresses");
    for (let i = 0; i < texts.length; i++) {
      const range = AddressRange.parse(texts[i]);
      if (range == null) bypass.refuse("addresses", '"' + texts[i] + '" is no address and no range');
      else ranges.push(range);
    }
    bypassAddresses = StaticArray.fromArray(ranges);
    const name = bypass.text("header", "").toLowerCase();
    const secret = bypass.text("secret", "");
    if (name != "" && !isHeaderName(name)) bypass.refuse("header", "is no header name");
    else if ((name == "") != (secret == "")) bypass.refuse("secret", "header and secret belong together");
    else if (name != "" && !bypassSecrets.add(name, secret))
      bypass.refuse("secret", "must be {SHA256} and a SHA-256 in base64");
    bypassHeader = ByteString.from(name);
    bypass.end();
  }
}

registerFilter((): RootContext => new MaintenanceRoot());
