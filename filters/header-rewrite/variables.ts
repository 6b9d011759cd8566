import {
  ByteString,
  HeaderMap,
  PropertyPath,
  allocate,
  requestHeaders,
  valueAddress,
  valueLength,
} from "../sdk/filter";

/** Address of the bytes of the variable that was read last, and how many there are. */
export let variableAddress: usize = 0;
export let variableLength: usize = 0;

/** A source of text for values. */
export abstract class Variable {
  /** Finds the text: see {@link variableAddress}. What is not there is empty. */
  abstract read(): void;
}

/** Gives the variable of that name, or null. `headers` are those of the message that is being rewritten. */
export function findVariable(name: string, headers: HeaderMap, isResponse: bool): Variable | null {
  if (name.startsWith("header:")) return headerVariable(name.substring(7), headers);
  if (name.startsWith("request_header:")) return headerVariable(name.substring(15), requestHeaders);
  if (name == "client_address") return new AddressVariable();
  if (name == "client_port") return new NumberVariable("source.port");
  if (name == "status") return isResponse ? new HeaderVariable(ByteString.from(":status"), headers) : null;
  const path = textProperty(name);
  return path == "" ? null : new TextVariable(path);
}

/** The property behind a variable of the same text, or "". */
function textProperty(name: string): string {
  if (name == "request_id") return "request.id";
  if (name == "host") return "request.host";
  if (name == "path") return "request.url_path";
  if (name == "query") return "request.query";
  if (name == "method") return "request.method";
  if (name == "scheme") return "request.scheme";
  if (name == "protocol") return "request.protocol";
  if (name == "upstream") return "cluster_name";
  return name == "route" ? "route_name" : "";
}

function headerVariable(name: string, headers: HeaderMap): Variable | null {
  return name == "" ? null : new HeaderVariable(ByteString.from(name.toLowerCase()), headers);
}

function setResult(isFound: bool): void {
  variableAddress = isFound ? valueAddress() : 0;
  variableLength = isFound ? valueLength() : 0;
}

@final
class HeaderVariable extends Variable {
  constructor(
    private readonly name: ByteString,
    private readonly headers: HeaderMap,
  ) {
    super();
  }

  read(): void {
    setResult(this.headers.find(this.name));
  }
}

@final
class TextVariable extends Variable {
  private readonly path: PropertyPath;

  constructor(path: string) {
    super();
    this.path = new PropertyPath(path);
  }

  read(): void {
    setResult(this.path.find());
  }
}

/** A number property, in decimal digits. */
@final
class NumberVariable extends Variable {
  private readonly path: PropertyPath;

  constructor(path: string) {
    super();
    this.path = new PropertyPath(path);
  }

  read(): void {
    let value = this.path.number();
    if (value < 0) {
      setResult(false);
      return;
    }
    const end = allocate(24) + 24;
    let at = end;
    do {
      store<u8>(--at, <u8>(0x30 + (value % 10)));
      value /= 10;
    } while (value != 0);
    variableAddress = at;
    variableLength = end - at;
  }
}

/** The client's address alone: the property has its port too, and brackets around IPv6. */
@final
class AddressVariable extends Variable {
  private readonly path: PropertyPath = new PropertyPath("source.address");

  read(): void {
    setResult(this.path.find());
    const start = variableAddress;
    let length = variableLength;
    while (length > 0 && load<u8>(start + length - 1) != 0x3a) length--;
    if (length == 0) return;
    length--;
    if (length > 1 && load<u8>(start) == 0x5b) {
      variableAddress = start + 1;
      length -= 2;
    }
    variableLength = length;
  }
}
