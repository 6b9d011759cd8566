/**
 * One log line as text. Everything that may come from outside is escaped: no value can end a line, start a field of
 * its own or drive a terminal.
 * @module
 */
import type { LogFields, LogLevel } from "./log.ts";

export type LogFormat = "plain" | "json";

type LogValue = LogFields[string];

/** Makes lines, with the newline. `time` is RFC 3339 in UTC. */
export interface LogLineFormatter {
  format(time: string, level: LogLevel, target: string, message: string, fields: LogFields | undefined): string;
}

const PADDED_LEVELS: Readonly<Record<LogLevel, string>> = {
  trace: "TRACE",
  debug: "DEBUG",
  info: "INFO ",
  warn: "WARN ",
  error: "ERROR",
};

/** `{"ts","level","target","msg"}` and the fields. `common` are fields that every line gets, such as the shard. */
export function createJsonFormatter(common: LogFields): LogLineFormatter {
  const commonText = jsonFields(common);
  return {
    format(time, level, target, message, fields) {
      const head = `{"ts":"${time}","level":"${level}","target":${quote(target)},"msg":${quote(message)}`;
      return `${head}${commonText}${fields === undefined ? "" : jsonFields(fields)}}\n`;
    },
  };
}

/** `time LEVEL target: message name=value …` for people to read. */
export function createPlainFormatter(common: LogFields): LogLineFormatter {
  const commonText = plainFields(common);
  return {
    format(time, level, target, message, fields) {
      const head = `${time} ${PADDED_LEVELS[level]} ${target}: ${escapeControls(message)}`;
      return `${head}${commonText}${fields === undefined ? "" : plainFields(fields)}\n`;
    },
  };
}

export function createFormatter(format: LogFormat, common: LogFields): LogLineFormatter {
  return format === "json" ? createJsonFormatter(common) : createPlainFormatter(common);
}

function jsonFields(fields: LogFields): string {
  let text = "";
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined) text += `,"${name}":${jsonValue(value)}`;
  }
  return text;
}

function jsonValue(value: Exclude<LogValue, undefined>): string {
  if (typeof value === "string") return quote(value);
  // JSON has no word for them, and JSON.stringify would write null.
  if (typeof value === "number" && !Number.isFinite(value)) return `"${value}"`;
  return String(value);
}

function plainFields(fields: LogFields): string {
  let text = "";
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined) text += ` ${name}=${typeof value === "string" ? plainValue(value) : value}`;
  }
  return text;
}

/** Visible ASCII without quotes and backslashes stands as it is; all else becomes a JSON string. */
const BARE_VALUE = /^[!#-[\]-~]+$/;

function plainValue(value: string): string {
  return BARE_VALUE.test(value) ? value : quote(value);
}

/** What a JSON string holds as it is: visible ASCII and spaces, without quotes and backslashes. */
const UNESCAPED = /^[ !#-[\]-~]*$/;

function quote(text: string): string {
  return UNESCAPED.test(text) ? `"${text}"` : escapeControls(JSON.stringify(text));
}

/** C0 and C1 controls, DEL and the two Unicode line ends. */
// Finding them is the point.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const ALL_CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

function escapeControls(text: string): string {
  if (!CONTROLS.test(text)) return text;
  return text.replace(ALL_CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
