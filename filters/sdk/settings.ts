import { JsonKind, JsonValue, parseJson } from "./json";
import { LogLevel, log } from "./log";

/**
 * One map of a configuration, read key by key. What is wrong is logged with its place, all of it, and
 * turns {@link Settings.isValid} of the whole configuration false; the readers then give their default and go on.
 *
 *     const settings = Settings.parse(config);
 *     limit = settings.integer("limit_bytes", 1024, 0, 1 << 20);
 *     return settings.end();
 */
export class Settings {
  private readonly known: string[] = [];

  private constructor(
    private readonly place: string,
    private readonly map: JsonValue,
    private readonly state: SettingsState,
  ) {}

  /** Reads the text of `config`; "" is an empty map. */
  static parse(config: string): Settings {
    const state = new SettingsState();
    const value = config == "" ? new JsonValue(JsonKind.Object) : parseJson(config);
    if (value == null || value.kind != JsonKind.Object) {
      state.refuse("", "the config must be a map");
      return new Settings("", new JsonValue(JsonKind.Object), state);
    }
    return new Settings("", value, state);
  }

  get isValid(): bool {
    return this.state.isValid;
  }

  has(key: string): bool {
    return this.find(key) != null;
  }

  /** A text; numbers and booleans are taken as they are written. */
  text(key: string, fallback: string): string {
    const value = this.find(key);
    if (value == null) return fallback;
    if (!isScalar(value)) {
      this.refuse(key, "must be a text");
      return fallback;
    }
    return value.text;
  }

  boolean(key: string, fallback: bool): bool {
    const value = this.find(key);
    if (value == null) return fallback;
    if (value.kind != JsonKind.Boolean) this.refuse(key, "must be true or false");
    return value.text == "true";
  }

  /** Whether the key says `false`: the way to turn off something that has a default text. */
  isOff(key: string): bool {
    const value = this.find(key);
    return value != null && value.kind == JsonKind.Boolean && value.text == "false";
  }

  /** A whole number between `least` and `most`, both of them allowed. */
  integer(key: string, fallback: i32, least: i32, most: i32): i32 {
    const value = this.find(key);
    if (value == null) return fallback;
    if (value.kind == JsonKind.Number && isInteger(value.text)) {
      const number = F64.parseFloat(value.text);
      if (number >= least && number <= most) return <i32>number;
    }
    this.refuse(key, "must be a whole number from " + least.toString() + " to " + most.toString());
    return fallback;
  }

  /** A list of texts. */
  texts(key: string): string[] {
    const texts: string[] = [];
    const value = this.find(key);
    if (value == null) return texts;
    if (value.kind != JsonKind.Array) {
      this.refuse(key, "must be a list");
      return texts;
    }
    for (let i = 0; i < value.items.length; i++) {
      if (isScalar(value.items[i])) texts.push(value.items[i].text);
      else this.refuse(key, "must be a list of texts");
    }
    return texts;
  }

  /** A map in this map; an empty one when it is not there. */
  group(key: string): Settings {
    const value = this.find(key);
    if (value != null && value.kind == JsonKind.Object) return new Settings(this.path(key) + ".", value, this.state);
    if (value != null) this.refuse(key, "must be a map");
    return new Settings(this.path(key) + ".", new JsonValue(JsonKind.Object), this.state);
  }

  /** A list of maps. */
  maps(key: string): Settings[] {
    const maps: Settings[] = [];
    const value = this.find(key);
    if (value == null) return maps;
    if (value.kind != JsonKind.Array) {
      this.refuse(key, "must be a list");
      return maps;
    }
    for (let i = 0; i < value.items.length; i++) {
      const item = value.items[i];
      if (item.kind == JsonKind.Object) {
        maps.push(new Settings(this.path(key) + "[" + i.toString() + "].", item, this.state));
      } else this.refuse(key, "must be a list of maps");
    }
    return maps;
  }

  /** The keys that are there, for maps whose keys are names; all count as known. */
  keys(): string[] {
    for (let i = 0; i < this.map.keys.length; i++) this.known.push(this.map.keys[i]);
    return this.map.keys;
  }

  /** Says what is wrong with a key. */
  refuse(key: string, error: string): void {
    this.state.refuse(this.path(key), error);
  }

  /** Refuses keys that nobody asked for, and those given twice. To be called last; says whether all was right. */
  end(): bool {
    for (let i = 0; i < this.map.keys.length; i++) {
      const key = this.map.keys[i];
      if (!this.known.includes(key)) this.refuse(key, "unknown key");
      else if (this.map.keys.indexOf(key) != i) this.refuse(key, "given twice");
    }
    return this.state.isValid;
  }

  private path(key: string): string {
    return this.place + key;
  }

  private find(key: string): JsonValue | null {
    this.known.push(key);
    const at = this.map.keys.indexOf(key);
    if (at < 0 || this.map.items[at].kind == JsonKind.Null) return null;
    return this.map.items[at];
  }
}

/** What the maps of one configuration share. */
class SettingsState {
  isValid: bool = true;

  refuse(place: string, error: string): void {
    log(LogLevel.Error, place == "" ? error : place + ": " + error);
    this.isValid = false;
  }
}

function isScalar(value: JsonValue): bool {
  return value.kind == JsonKind.String || value.kind == JsonKind.Number || value.kind == JsonKind.Boolean;
}

function isInteger(text: string): bool {
  const start = text.charCodeAt(0) == 0x2d ? 1 : 0;
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return false;
  }
  return text.length > start && text.length < 12;
}
