import type { FilterRequest } from "./filter-context.ts";
import type { FilterVm } from "./filter-vm.ts";

/** Text, a whole number, raw bytes, a time, or a header map (names and values in turn). */
export type PropertyValue =
  string | number | Uint8Array | { readonly timeMs: number } | { readonly fields: readonly string[] };

type RequestProperty = (request: FilterRequest) => PropertyValue | undefined;

const REQUEST_HEADER = "request\0headers\0";
const RESPONSE_HEADER = "response\0headers\0";

/** Properties of a request by path, segments joined by zero bytes as guests pass them. */
const REQUEST_PROPERTIES: ReadonlyMap<string, RequestProperty> = new Map<string, RequestProperty>([
  ["request\0path", ({ host }) => host.request.path],
  ["request\0url_path", ({ host }) => pathPart(host.request.path)],
  ["request\0query", ({ host }) => queryPart(host.request.path)],
  ["request\0host", ({ host }) => host.request.authority],
  ["request\0scheme", ({ host }) => host.request.scheme],
  ["request\0method", ({ host }) => host.request.method],
  ["request\0referer", ({ host }) => host.request.headers.get("referer")],
  ["request\0useragent", ({ host }) => host.request.headers.get("user-agent")],
  ["request\0id", ({ host }) => host.requestId],
  ["request\0protocol", ({ host }) => host.connection.version],
  ["request\0time", ({ host }) => ({ timeMs: host.startedAtMs })],
  ["request\0headers", ({ requestHeaders }) => ({ fields: requestHeaders.toFields() })],
  ["response\0code", ({ responseHeaders }) => responseHeaders.head?.status],
  [
    "response\0headers",
    ({ responseHeaders }) => (responseHeaders.head === undefined ? undefined : { fields: responseHeaders.toFields() }),
  ],
  ["source\0address", ({ host: { connection } }) => joinAddress(connection.clientAddress, connection.clientPort)],
  ["source\0port", ({ host }) => host.connection.clientPort],
  ["destination\0address", ({ host: { connection } }) => joinAddress(connection.localAddress, connection.localPort)],
  ["destination\0port", ({ host }) => host.connection.localPort],
  ["connection\0id", ({ host }) => host.connection.id],
  ["connection\0requested_server_name", ({ host }) => orUndefined(host.connection.serverName)],
  ["cluster_name", ({ host }) => orUndefined(host.upstreamName)],
  ["xds\0cluster_name", ({ host }) => orUndefined(host.upstreamName)],
  ["route_name", ({ host }) => orUndefined(host.upstreamName)],
  ["xds\0route_name", ({ host }) => orUndefined(host.upstreamName)],
]);

/** Property at a path as a guest gave it, or undefined. Values that filters have set are looked up last. */
export function readProperty(vm: FilterVm, path: string): PropertyValue | undefined {
  const request = vm.current?.request;
  if (request !== undefined) {
    const find = REQUEST_PROPERTIES.get(path);
    if (find !== undefined) return find(request);
    if (path.startsWith(REQUEST_HEADER)) {
      return request.requestHeaders.get(path.slice(REQUEST_HEADER.length).toLowerCase());
    }
    if (path.startsWith(RESPONSE_HEADER)) {
      return request.responseHeaders.get(path.slice(RESPONSE_HEADER.length).toLowerCase());
    }
  }
  switch (path) {
    case "plugin_name":
      return vm.plugin.name;
    case "plugin_root_id":
      return vm.plugin.rootId;
    case "plugin_vm_id":
      return vm.plugin.vmId;
    default:
      // C++ ends a path with one more zero byte.
      if (path.endsWith("\0")) return readProperty(vm, path.slice(0, -1));
      return request?.properties?.get(path);
  }
}

function pathPart(path: string): string {
  const mark = path.indexOf("?");
  return mark < 0 ? path : path.slice(0, mark);
}

function queryPart(path: string): string {
  const mark = path.indexOf("?");
  return mark < 0 ? "" : path.slice(mark + 1);
}

function joinAddress(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function orUndefined(text: string): string | undefined {
  return text === "" ? undefined : text;
}
