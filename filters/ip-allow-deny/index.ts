/**
 * The ip-allow-deny filter: lets requests through or refuses them by the address of the client's connection.
 * @module
 */
import { Action, RootContext, StreamContext, registerFilter, sendReply } from "../sdk/filter";
import { AddressRange, isInRanges, parseClientAddress } from "../sdk/ip-address";
import { Settings } from "../sdk/settings";

export * from "../sdk/entry-stateless";

let allowed: StaticArray<AddressRange> = new StaticArray<AddressRange>(0);
let denied: StaticArray<AddressRange> = new StaticArray<AddressRange>(0);
let status: i32 = 403;
let body: string = "";

function readRanges(settings: Settings, key: string): StaticArray<AddressRange> {
  const ranges: AddressRange[] = [];
  const texts = settings.texts(key);
  for (let i = 0; i < texts.length; i++) {
    const range = AddressRange.parse(texts[i]);
    if (range == null) settings.refuse(key, '"' + texts[i] + '" is no address and no range');
    else ranges.push(range);
  }
  return StaticArray.fromArray(ranges);
}

/** An address that cannot be read is in no range, and so let in by none. */
function mayPass(): bool {
  if (!parseClientAddress() || isInRanges(denied)) return false;
  return allowed.length == 0 || isInRanges(allowed);
}

class AddressStream extends StreamContext {
  onRequestHeaders(count: u32, endOfStream: bool): Action {
    if (mayPass()) return Action.Continue;
    sendReply(status, body, ["content-type", "text/plain; charset=utf-8"], "address refused");
    return Action.Pause;
  }
}

class AddressRoot extends RootContext {
  onConfigure(config: string): bool {
    const settings = Settings.parse(config);
    allowed = readRanges(settings, "allow");
    denied = readRanges(settings, "deny");
    status = settings.integer("status", 403, 400, 499);
    body = settings.text("body", "this address may not come in\n");
    if (settings.isValid && allowed.length + denied.length == 0) settings.refuse("allow", "allow or deny is needed");
    return settings.end();
  }

  createStream(): StreamContext {
    return new AddressStream();
  }
}

registerFilter((): RootContext => new AddressRoot());
