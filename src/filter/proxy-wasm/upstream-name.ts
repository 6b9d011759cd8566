/** `outbound|80||name.dns`: how meshes name what they call a cluster. */
const MESH_NAME = /^outbound\|\d+\|[^|]*\|(?<service>[^|]+?)(?:\.(?:static|dns))?$/;

/**
 * The name of an upstream as filters give it. Those that were written for a service mesh say
 * `outbound|80||shop.static`; the service in it, `shop`, is what the config calls it.
 */
export function upstreamNameOf(text: string): string {
  return MESH_NAME.exec(text)?.groups?.["service"] ?? text;
}
