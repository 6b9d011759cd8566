import { expect, test } from "bun:test";
import {
  OUTCOME,
  OUTCOME_NAMES,
  RETRY_REASON,
  RETRY_REASON_NAMES,
  STATUS_CLASS_NAMES,
  statusClassOf,
} from "./outcome.ts";

test.each([
  [100, "1xx"],
  [199, "1xx"],
  [204, "2xx"],
  [304, "3xx"],
  [404, "4xx"],
  [599, "5xx"],
  [600, "other"],
  [99, "other"],
  [-1, "other"],
  [0, "unknown"],
])("status %i is of class %s", (status, name) => {
  expect(STATUS_CLASS_NAMES[statusClassOf(status)]).toBe(name);
});

test("every outcome and retry reason has its name at its number", () => {
  const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  for (const [name, number] of Object.entries(OUTCOME)) expect(OUTCOME_NAMES[number]).toBe(snake(name));
  for (const [name, number] of Object.entries(RETRY_REASON)) expect(RETRY_REASON_NAMES[number]).toBe(snake(name));
});
