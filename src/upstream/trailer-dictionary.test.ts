import { expect, test } from "bun:test";
import { HeaderList } from "../http/header-list.ts";
import { trailerDictionary } from "./trailer-dictionary.ts";

test("repeated trailers become one list in their order", () => {
  expect(trailerDictionary(new HeaderList(["a", "1", "b", "2", "a", "3", "a", "4"]))).toEqual({
    a: ["1", "3", "4"],
    b: "2",
  });
});
