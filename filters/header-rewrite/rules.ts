import { ByteString, HeaderMap, LogLevel, log } from "../sdk/filter";
import { JsonKind, JsonValue } from "../sdk/json";
import { refuseName } from "./names";
import { AppendOperation, Operation, RemoveOperation, RenameOperation, SetOperation } from "./operations";
import { Template, parseTemplate, templateError } from "./template";

/** Changes in the order in which they are made, whatever the order in the config. */
const KINDS: string[] = ["remove", "rename", "set", "append"];

/** Reads the rules for one direction into a list of operations. */
export class RuleReader {
  readonly operations: Operation[] = [];

  constructor(
    private readonly side: string,
    private readonly headers: HeaderMap,
    private readonly isResponse: bool,
  ) {}

  /** False when something is wrong, which is then logged. */
  read(rules: JsonValue): bool {
    if (rules.kind != JsonKind.Object) return this.refuse("", "must be a map of set, append, remove and rename");
    for (let i = 0; i < rules.keys.length; i++) {
      const key = rules.keys[i];
      if (!KINDS.includes(key)) return this.refuse("." + key, "unknown key; known are set, append, remove and rename");
      if (rules.keys.indexOf(key) != i) return this.refuse("." + key, "given twice");
    }
    for (let i = 0; i < KINDS.length; i++) {
      const at = rules.keys.indexOf(KINDS[i]);
      if (at >= 0 && !this.readKind(KINDS[i], rules.items[at])) return false;
    }
    return true;
  }

  private readKind(kind: string, value: JsonValue): bool {
    const place = "." + kind;
    if (value.kind == JsonKind.Null) return true;
    if (kind == "remove") {
      if (value.kind == JsonKind.Array) return this.readRemovals(place, value);
      return this.refuse(place, "must be a list of header names");
    }
    if (value.kind != JsonKind.Object) return this.refuse(place, "must be a map by header name");
    for (let i = 0; i < value.keys.length; i++) {
      const name = value.keys[i].toLowerCase();
      const item = value.items[i];
      if (!this.accept(place, name, kind == "set")) return false;
      const read =
        kind == "rename" ? this.readRename(place, name, item) : this.readValues(place + "." + name, name, item, kind);
      if (!read) return false;
    }
    return true;
  }

  private readRemovals(place: string, list: JsonValue): bool {
    for (let i = 0; i < list.items.length; i++) {
      const name = list.items[i].text.toLowerCase();
      if (list.items[i].kind != JsonKind.String) return this.refuse(place, "must be a list of header names");
      if (!this.accept(place, name, false)) return false;
      this.operations.push(new RemoveOperation(ByteString.from(name), this.headers));
    }
    return true;
  }

  private readRename(place: string, name: string, target: JsonValue): bool {
    const targetName = target.text.toLowerCase();
    if (target.kind != JsonKind.String) return this.refuse(place + "." + name, "must be a header name");
    if (!this.accept(place, targetName, false)) return false;
    if (targetName == name) return this.refuse(place + "." + name, "would be renamed to itself");
    this.operations.push(new RenameOperation(ByteString.from(name), this.headers, ByteString.from(targetName)));
    return true;
  }

  private readValues(place: string, name: string, value: JsonValue, kind: string): bool {
    if (kind == "append" && value.kind == JsonKind.Array) {
      for (let i = 0; i < value.items.length; i++) {
        const template = this.readTemplate(place, value.items[i]);
        if (template == null) return false;
        this.operations.push(new AppendOperation(ByteString.from(name), this.headers, template));
      }
      return true;
    }
    const template = this.readTemplate(place, value);
    if (template == null) return false;
    const bytes = ByteString.from(name);
    if (kind == "set") this.operations.push(new SetOperation(bytes, this.headers, template));
    else this.operations.push(new AppendOperation(bytes, this.headers, template));
    return true;
  }

  private readTemplate(place: string, value: JsonValue): Template | null {
    if (value.kind == JsonKind.Null || value.kind == JsonKind.Array || value.kind == JsonKind.Object) {
      this.refuse(place, "must be a text");
      return null;
    }
    const template = parseTemplate(value.text, this.headers, this.isResponse);
    if (template == null) this.refuse(place, templateError);
    return template;
  }

  private accept(place: string, name: string, isSet: bool): bool {
    const error = refuseName(name, isSet, this.isResponse);
    return error == "" || this.refuse(place, error);
  }

  private refuse(place: string, error: string): bool {
    log(LogLevel.Error, this.side + place + ": " + error);
    return false;
  }
}
