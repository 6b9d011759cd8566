/**
 * The basic-auth filter: asks for a name and a password (RFC 7617).
 * @module
 */
import {
  Action,
  ByteString,
  RootContext,
  StreamContext,
  allocate,
  registerFilter,
  requestHeaders,
  sendReply,
  valueAddress,
  valueLength,
} from "../sdk/filter";
import { decodeBase64 } from "../sdk/base64";
import { SecretList } from "../sdk/secret-list";
import { Settings } from "../sdk/settings";
import { isHeaderName, lengthBefore, startsWithIgnoringCase } from "../sdk/text";

export * from "../sdk/entry-stateless";

/** Longer credentials are nobody's, and need not be hashed. */
const MAX_BYTES: usize = 1024;

const authorization: ByteString = ByteString.from("authorization");
const scheme: ByteString = ByteString.from("basic ");

const users: SecretList = new SecretList();
let userHeader: ByteString = ByteString.from("");
let isHidden: bool = true;
let challenge: string[] = [];
let body: string = "";

let nameAddress: usize = 0;
let nameLength: usize = 0;

/** Whether the request has a name and a password that are right; the name is then at {@link nameAddress}. */
function isKnown(): bool {
  if (!requestHeaders.find(authorization)) return false;
  const address = valueAddress();
  const length = valueLength();
  if (length > MAX_BYTES || !startsWithIgnoringCase(address, length, scheme)) return false;
  const text = allocate(length);
  const size = decodeBase64(address + scheme.length, length - scheme.length, text);
  if (size < 0) return false;
  nameAddress = text;
  nameLength = lengthBefore(text, size, 0x3a);
  if (nameLength == <usize>size) return false;
  const password = nameLength + 1;
  return users.holds(nameAddress, nameLength, text + password, <usize>size - password);
}

class BasicAuthStream extends StreamContext {
  onRequestHeaders(count: u32, endOfStream: bool): Action {
    if (!isKnown()) {
      sendReply(401, body, challenge, "no valid credentials");
      return Action.Pause;
    }
    if (isHidden) requestHeaders.removeBytes(authorization);
    if (userHeader.length > 0) requestHeaders.setBytes(userHeader, nameAddress, nameLength);
    return Action.Continue;
  }
}

class BasicAuthRoot extends RootContext {
  onConfigure(config: string): bool {
    const settings = Settings.parse(config);
    this.readUsers(settings);
    const realm = settings.text("realm", "restricted");
    if (!isQuotable(realm)) settings.refuse("realm", "must be visible ASCII without quotes and backslashes");
    challenge = [
      "www-authenticate",
      'Basic realm="' + realm + '", charset="UTF-8"',
      "content-type",
      "text/plain; charset=utf-8",
    ];
    body = settings.text("body", "a name and a password are needed\n");
    isHidden = settings.boolean("hide_credentials", true);
    const header = settings.text("user_header", "").toLowerCase();
    if (header != "" && !isHeaderName(header)) settings.refuse("user_header", "is no header name");
    userHeader = ByteString.from(header);
    return settings.end();
  }

  createStream(): StreamContext {
    return new BasicAuthStream();
  }

  private readUsers(settings: Settings): void {
    const entries = settings.texts("users");
    for (let i = 0; i < entries.length; i++) {
      const colon = entries[i].indexOf(":");
      // What is wrong is not told with the entry itself: it is a secret.
      const place = "users[" + i.toString() + "]";
      if (colon < 1) settings.refuse(place, "must be name:{SHA256}digest");
      else if (!isQuotable(entries[i].substring(0, colon))) settings.refuse(place, "has a name that is not ASCII");
      else if (!users.add(entries[i].substring(0, colon), entries[i].substring(colon + 1)))
        settings.refuse(place, "must have {SHA256} and a SHA-256 in base64 behind the colon");
    }
    if (entries.length == 0) settings.refuse("users", "at least one is needed");
  }
}

function isQuotable(text: string): bool {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code == 0x22 || code == 0x5c) return false;
  }
  return true;
}

registerFilter((): RootContext => new BasicAuthRoot());
