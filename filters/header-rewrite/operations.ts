import { ByteString, HeaderMap, Status, valueAddress, valueLength } from "../sdk/filter";
import { Template, renderedAddress, renderedLength } from "./template";

/** One change to a message's headers. */
export abstract class Operation {
  constructor(
    readonly name: ByteString,
    protected readonly headers: HeaderMap,
  ) {}

  abstract apply(): Status;
}

@final
export class SetOperation extends Operation {
  constructor(
    name: ByteString,
    headers: HeaderMap,
    private readonly value: Template,
  ) {
    super(name, headers);
  }

  apply(): Status {
    this.value.render();
    return this.headers.setBytes(this.name, renderedAddress, renderedLength);
  }
}

@final
export class AppendOperation extends Operation {
  constructor(
    name: ByteString,
    headers: HeaderMap,
    private readonly value: Template,
  ) {
    super(name, headers);
  }

  apply(): Status {
    this.value.render();
    return this.headers.appendBytes(this.name, renderedAddress, renderedLength);
  }
}

@final
export class RemoveOperation extends Operation {
  apply(): Status {
    return this.headers.removeBytes(this.name);
  }
}

/**
 * Gives all fields of one name another: they go to the end, and those that had the other name are gone. Nothing happens
 * when there are none.
 */
@final
export class RenameOperation extends Operation {
  constructor(
    name: ByteString,
    headers: HeaderMap,
    private readonly target: ByteString,
  ) {
    super(name, headers);
  }

  apply(): Status {
    if (!this.headers.find(this.name)) return Status.Ok;
    if (mayBeSeveral(this.name, valueAddress(), valueLength())) return this.renameEach();
    this.headers.removeBytes(this.target);
    const status = this.headers.appendBytes(this.target, valueAddress(), valueLength());
    return status == Status.Ok ? this.headers.removeBytes(this.name) : status;
  }

  private renameEach(): Status {
    const pairs = this.headers.pairs();
    this.headers.removeBytes(this.target);
    while (pairs.next()) {
      if (!pairs.isNamed(this.name)) continue;
      const status = this.headers.appendBytes(this.target, pairs.valueAddress, pairs.valueLength);
      if (status != Status.Ok) return status;
    }
    return this.headers.removeBytes(this.name);
  }
}

/** Whether a value may be several fields that the host joined. Only the whole map tells which. */
function mayBeSeveral(name: ByteString, address: usize, length: usize): bool {
  if (name.length == 10 || name.length == 6) return true; // set-cookie and cookie are joined by rules of their own
  for (let i: usize = 0; i < length; i++) if (load<u8>(address + i) == 0x2c) return true;
  return false;
}
