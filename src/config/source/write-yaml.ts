import { stringifyYaml } from "./read-yaml.ts";

const LINE_WIDTH = 120;

/** A plain value as YAML text, keys in their order. Undefined values are left out. */
export function writeYaml(value: unknown): string {
  // Through JSON: frozen objects that occur twice would become anchors and aliases.
  return stringifyYaml(JSON.parse(JSON.stringify(value)), { lineWidth: LINE_WIDTH });
}
