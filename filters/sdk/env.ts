/**
 * The host functions of the proxy-wasm ABI 0.2.1, as they are imported: the compiler takes the name of this file for
 * that of the module that they come from. Every one returns a `Status`; results go to the addresses that are passed.
 * @module
 */

export declare function proxy_log(level: u32, message: usize, size: usize): u32;
export declare function proxy_get_log_level(level: usize): u32;
export declare function proxy_get_current_time_nanoseconds(time: usize): u32;
export declare function proxy_set_tick_period_milliseconds(period: u32): u32;
export declare function proxy_set_effective_context(contextId: u32): u32;
export declare function proxy_done(): u32;
export declare function proxy_continue_stream(streamType: u32): u32;
export declare function proxy_get_buffer_bytes(type: u32, start: u32, max: u32, bytes: usize, size: usize): u32;
export declare function proxy_set_buffer_bytes(type: u32, start: u32, size: u32, bytes: usize, length: usize): u32;
export declare function proxy_get_header_map_pairs(type: u32, pairs: usize, size: usize): u32;
export declare function proxy_set_header_map_pairs(type: u32, pairs: usize, size: usize): u32;
export declare function proxy_get_header_map_value(
  type: u32,
  name: usize,
  nameSize: usize,
  value: usize,
  valueSize: usize,
): u32;
export declare function proxy_add_header_map_value(
  type: u32,
  name: usize,
  nameSize: usize,
  value: usize,
  valueSize: usize,
): u32;
export declare function proxy_replace_header_map_value(
  type: u32,
  name: usize,
  nameSize: usize,
  value: usize,
  valueSize: usize,
): u32;
export declare function proxy_remove_header_map_value(type: u32, name: usize, nameSize: usize): u32;
export declare function proxy_http_call(
  upstream: usize,
  upstreamSize: usize,
  headers: usize,
  headersSize: usize,
  body: usize,
  bodySize: usize,
  trailers: usize,
  trailersSize: usize,
  timeoutMs: u32,
  id: usize,
): u32;
export declare function proxy_send_local_response(
  status: u32,
  details: usize,
  detailsSize: usize,
  body: usize,
  bodySize: usize,
  headers: usize,
  headersSize: usize,
  grpcStatus: i32,
): u32;
export declare function proxy_get_property(path: usize, pathSize: usize, value: usize, valueSize: usize): u32;
export declare function proxy_set_property(path: usize, pathSize: usize, value: usize, valueSize: usize): u32;
export declare function proxy_define_metric(type: u32, name: usize, nameSize: usize, id: usize): u32;
export declare function proxy_increment_metric(id: u32, offset: i64): u32;
export declare function proxy_record_metric(id: u32, value: u64): u32;
export declare function proxy_get_metric(id: u32, value: usize): u32;
export declare function proxy_get_shared_data(
  key: usize,
  keySize: usize,
  value: usize,
  valueSize: usize,
  cas: usize,
): u32;
export declare function proxy_set_shared_data(
  key: usize,
  keySize: usize,
  value: usize,
  valueSize: usize,
  cas: u32,
): u32;
