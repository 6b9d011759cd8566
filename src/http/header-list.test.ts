import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { HeaderList } from "./header-list.ts";

describe("HeaderList", () => {
  test("keeps order and duplicates", () => {
    const list = new HeaderList(["a", "1", "b", "2"]);
    list.append("a", "3");
    expect(list.fields).toEqual(["a", "1", "b", "2", "a", "3"]);
    expect(list.get("a")).toBe("1");
    expect(list.getAll("a")).toEqual(["1", "3"]);
    expect(list.count).toBe(3);
    expect(list.bytes).toBe(6);
  });

  test("never takes a value for a name", () => {
    const list = new HeaderList(["x", "a", "a", "1"]);
    expect(list.get("a")).toBe("1");
    expect(list.has("1")).toBe(false);
    expect(list.delete("1")).toBe(false);
  });

  test("is independent of its clone", () => {
    const list = new HeaderList(["a", "1"]);
    list.clone().set("a", "2");
    expect(list.get("a")).toBe("1");
  });

  type Operation = [kind: "append" | "set" | "delete", name: string, value: string];
  const operation = fc.tuple(
    fc.constantFrom("append", "set", "delete"),
    fc.constantFrom("a", "b", "c"),
    fc.constantFrom("a", "1", "2"),
  ) as fc.Arbitrary<Operation>;

  test("does what a list of pairs would do", () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 20 }), (operations) => {
        const list = new HeaderList();
        let model: [string, string][] = [];
        for (const [kind, name, value] of operations) {
          const at = model.findIndex(([field]) => field === name);
          if (kind === "append" || (kind === "set" && at === -1)) model.push([name, value]);
          else if (kind === "set") model = model.map((pair, i): [string, string] => (i === at ? [name, value] : pair));
          if (kind === "set" && at !== -1) model = model.filter(([field], i) => field !== name || i === at);
          if (kind === "delete") model = model.filter(([field]) => field !== name);
          if (kind === "delete") expect(list.delete(name)).toBe(at !== -1);
          else list[kind](name, value);
          expect(list.fields).toEqual(model.flat());
        }
      }),
    );
  });
});
