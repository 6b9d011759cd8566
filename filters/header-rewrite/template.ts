import { ByteString, HeaderMap, allocate } from "../sdk/filter";
import { Variable, findVariable, variableAddress, variableLength } from "./variables";

/** Address of the bytes of the template that was rendered last, and how many there are. */
export let renderedAddress: usize = 0;
export let renderedLength: usize = 0;

/** More parts than this in one value are refused. */
const MAX_PARTS = 32;

/** Where the parts of the value lie that is being rendered: address and length in turn. */
const places = new StaticArray<usize>(MAX_PARTS * 2);

/** Either literal bytes or a variable. */
@final
class Part {
  constructor(
    readonly literal: ByteString | null,
    readonly variable: Variable | null,
  ) {}
}

/** A value with variables in it, as it was configured. */
@final
export class Template {
  private readonly parts: StaticArray<Part>;

  constructor(parts: Part[]) {
    this.parts = StaticArray.fromArray(parts);
  }

  /** Finds the bytes of the value for the message at hand: see {@link renderedAddress}. */
  render(): void {
    const count = this.parts.length;
    if (count == 1) {
      this.readPart(0);
      return;
    }
    let total: usize = 0;
    for (let i = 0; i < count; i++) {
      this.readPart(i);
      unchecked((places[i * 2] = renderedAddress));
      unchecked((places[i * 2 + 1] = renderedLength));
      total += renderedLength;
    }
    const start = allocate(total);
    let at = start;
    for (let i = 0; i < count; i++) {
      const length = unchecked(places[i * 2 + 1]);
      memory.copy(at, unchecked(places[i * 2]), length);
      at += length;
    }
    renderedAddress = start;
    renderedLength = total;
  }

  private readPart(index: i32): void {
    const part = unchecked(this.parts[index]);
    const literal = part.literal;
    if (literal != null) {
      renderedAddress = literal.address;
      renderedLength = literal.length;
      return;
    }
    const variable = part.variable;
    if (variable == null) return;
    variable.read();
    renderedAddress = variableAddress;
    renderedLength = variableLength;
  }
}

/** What was wrong with the text that {@link parseTemplate} was given last. */
export let templateError: string = "";

/**
 * Reads a value: `${name}` stands for a variable, `$${` for the two characters `${`. Null, and {@link templateError},
 * when it is no value.
 */
export function parseTemplate(text: string, headers: HeaderMap, isResponse: bool): Template | null {
  const parts: Part[] = [];
  let literal = "";
  let at = 0;
  while (at < text.length) {
    const mark = text.indexOf("${", at);
    if (mark < 0) {
      literal += text.substring(at);
      break;
    }
    if (mark > at && text.charCodeAt(mark - 1) == 0x24) {
      literal += text.substring(at, mark - 1) + "${";
      at = mark + 2;
      continue;
    }
    const end = text.indexOf("}", mark);
    if (end < 0) return refuse("${ without }");
    literal += text.substring(at, mark);
    if (literal != "") parts.push(new Part(ByteString.from(literal), null));
    literal = "";
    const name = text.substring(mark + 2, end);
    const variable = findVariable(name, headers, isResponse);
    if (variable == null) {
      return refuse(
        name == "status" ? "the variable ${status} is known in responses only" : "unknown variable ${" + name + "}",
      );
    }
    parts.push(new Part(null, variable));
    at = end + 1;
  }
  if (literal != "" || parts.length == 0) parts.push(new Part(ByteString.from(literal), null));
  if (parts.length > MAX_PARTS) return refuse("more than 32 parts in one value");
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code < 0x20 && code != 0x09) || code == 0x7f) return refuse("a control character");
  }
  return new Template(parts);
}

function refuse(error: string): Template | null {
  templateError = error;
  return null;
}
