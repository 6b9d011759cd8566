import { expect, test } from "bun:test";
import { formatNumber, formatTable } from "./table.ts";

test("columns are as wide as their widest cell, and numbers end at the right", () => {
  expect(
    formatTable(
      ["what", "ns"],
      [
        ["a", "1"],
        ["longer", "1,000"],
      ],
    ),
  ).toBe(["| what   |    ns |", "|--------|------:|", "| a      |     1 |", "| longer | 1,000 |"].join("\n"));
});

test("numbers are grouped and rounded", () => {
  expect(formatNumber(1234567.891, 1)).toBe("1,234,567.9");
  expect(formatNumber(0.5)).toBe("1");
  expect(formatNumber(2, 2)).toBe("2.00");
});
