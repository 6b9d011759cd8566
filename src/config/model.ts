/**
 * The configuration as the rest of the proxy sees it: checked, every default filled in, every path absolute, frozen.
 * Field names are those of the YAML file. It holds plain values only, so that it crosses to a shard as JSON.
 * @module
 */

/** The whole configuration. */
export interface Config {
  readonly version: 1;
  /** At least one. `listen` of the file is the only entry when `listeners` was not given. */
  readonly listeners: readonly ListenConfig[];
  /** By name, in the file's order; at least one. */
  readonly upstream: Readonly<Record<string, UpstreamConfig>>;
  /** Trust for backends; already copied into each upstream that has no `tls` of its own. */
  readonly upstream_tls: UpstreamTlsConfig;
  /** Filters that every request passes before those of its upstream. */
  readonly filters: readonly FilterConfig[];
  readonly routing: RoutingConfig;
  readonly log: LogConfig;
  readonly performance: PerformanceConfig;
  readonly observability: ObservabilityConfig;
}

/** One address that clients connect to: UDP for HTTP/3, TCP for HTTP/2 and HTTP/1.1, on the same port number. */
export interface ListenConfig {
  readonly protocol: "http3";
  /** IPv4 or IPv6 address without brackets. Default `0.0.0.0`. */
  readonly address: string;
  /** 1 to 65535. Default 9889. */
  readonly port: number;
  readonly tls: TlsConfig;
}

/** Certificates of one listener: at least one. */
export interface TlsConfig {
  /** PEM file, absolute. Given together with `key` or not at all; the default certificate when given. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Further certificates by SNI name (RFC 6066 §3). The first is the default one when there is no `cert`. */
  readonly certificates: readonly CertificateConfig[];
}

export interface CertificateConfig {
  /** Lower-case DNS name without trailing dot. */
  readonly server_name: string;
  readonly cert: string;
  readonly key: string;
}

/** A group of backends and the route that leads to it. */
export interface UpstreamConfig {
  /** The key under `upstream`. */
  readonly name: string;
  readonly route: RouteConfig;
  /** At least one. */
  readonly backends: readonly BackendConfig[];
  /** Own block, else the file's root block, else round-robin. */
  readonly load_balancing: LoadBalancingConfig;
  readonly host_policy: HostPolicyConfig;
  readonly forwarded_headers: ForwardedHeadersConfig;
  /** Own block (it replaces the root's as a whole), else `upstream_tls`. */
  readonly tls: UpstreamTlsConfig;
  /** Filters of this upstream only; they run after the root's. */
  readonly filters: readonly FilterConfig[];
}

/** What a request must be to go to the upstream. At least one of `host` and `path_prefix` is given. */
export interface RouteConfig {
  /** Lower case, no port, no trailing dot: a name, an IP address without brackets, or `*.suffix`. Absent: every host. */
  readonly host?: string | undefined;
  /** Begins with `/`; matches on segment boundaries. Absent: every path. */
  readonly path_prefix?: string | undefined;
  /** Upper case. Absent: every method. */
  readonly method?: string | undefined;
}

export interface BackendConfig {
  /** Unique in its upstream. */
  readonly id: string;
  /** As written in the file. */
  readonly address: string;
  /** Read from `address`. */
  readonly endpoint: BackendEndpoint;
  /** 1 to 1000. Default 100. */
  readonly weight: number;
}

/** Where and how a backend is reached. */
export interface BackendEndpoint {
  /** `auto`: TLS is tried, and a backend that answers in cleartext is taken as well. Only without verification. */
  readonly scheme: "https" | "http" | "auto";
  /** DNS name or IP address, lower case, without brackets. */
  readonly host: string;
  readonly port: number;
  /** What `host_policy.mode: upstream` sends: host, in brackets if IPv6, and the port unless it is the scheme's default. */
  readonly authority: string;
}

export type BuiltinBalancer =
  "random" | "round-robin" | "least-connections" | "consistent-hash" | "latency-aware" | "sticky-cid";

/** A module that ships with the proxy (`type`) or one of the user's own (`file`); exactly one of the two is there. */
export interface LoadBalancingConfig {
  readonly type?: BuiltinBalancer | undefined;
  /** Absolute path of a policy module. */
  readonly file?: string | undefined;
  /** Lower-case hex SHA-256 that `file` must have. */
  readonly sha256?: string | undefined;
  /**
   * What of a request `Balancer.pick` gets the hash of; syntax checked, see `request-key.ts`. Of the modules that ship
   * with the proxy, `consistent-hash` and `sticky-cid` take one.
   */
  readonly key?: string | undefined;
  readonly limits: ModuleLimits;
}

/** What `:authority` the backend sees. */
export interface HostPolicyConfig {
  /** `pass_through`: the client's; `rewrite`: `host`; `upstream`: the backend's own. Default `pass_through`. */
  readonly mode: "pass_through" | "rewrite" | "upstream";
  /** Given exactly when `mode` is `rewrite`. */
  readonly host?: string | undefined;
}

/** What becomes of `forwarded` and `x-forwarded-*` fields that the client sent. Default `overwrite`. */
export interface ForwardedHeadersConfig {
  readonly mode: "overwrite" | "append" | "preserve";
}

/** How `https` backends are trusted. */
export interface UpstreamTlsConfig {
  /** Default true. False: any certificate is taken, and at a bare address cleartext too. */
  readonly verify_certificates: boolean;
  /** Whether the backend's name is sent as SNI. The name is verified all the same. Default true. */
  readonly strict_sni: boolean;
  /** PEM file of CA certificates that are trusted besides the bundled ones, absolute. */
  readonly ca_file?: string | undefined;
  /** Directory of such files, absolute. */
  readonly ca_dir?: string | undefined;
}

/** Any value that YAML and JSON share. */
export type ConfigValue =
  null | boolean | number | string | readonly ConfigValue[] | { readonly [key: string]: ConfigValue };

/** One filter of a chain. Exactly one of `builtin`, `file`, `url` and `oci` is there. */
export interface FilterConfig {
  /** Unique in its list. */
  readonly name: string;
  /** Name of a filter that ships with the proxy. */
  readonly builtin?: string | undefined;
  /** Absolute path of a proxy-wasm module. */
  readonly file?: string | undefined;
  /** Address of one, `https` only; `sha256` is then there too. Fetched once, before the start. */
  readonly url?: string | undefined;
  /** One in a registry: `oci://host/repository[:tag]@sha256:…`. Fetched once, before the start. */
  readonly oci?: string | undefined;
  /** Lower-case hex SHA-256 that the module at `file` or `url` must have. */
  readonly sha256?: string | undefined;
  /** Handed to the module as JSON. Absent: the module is configured with nothing. */
  readonly config?: ConfigValue | undefined;
  /** Upstreams that the filter may call (`proxy_http_call`); each is one of the config. Default: none. */
  readonly upstreams: readonly string[];
  /** Functions of the host, by their names in the ABI, that the filter may call. Absent: all. */
  readonly capabilities?: readonly string[] | undefined;
  /** proxy-wasm root id. Default "". */
  readonly root_id: string;
  readonly on_failure: FilterFailureMode;
  readonly limits: FilterLimits;
}

/**
 * What becomes of a filter that fails, and of requests meanwhile. Default `reload`.
 *
 * - `reload`: requests are refused until it runs again
 * - `closed`: it does not run again, and requests are refused
 * - `open`: requests go on without it until it runs again
 */
export type FilterFailureMode = "reload" | "closed" | "open";

/** What a module may use. */
export interface ModuleLimits {
  /** Linear memory, in bytes. Default 64 MiB. */
  readonly memory_bytes: number;
  /** Wall clock for one call into the module, in milliseconds. Default 50. */
  readonly deadline_ms: number;
  /** The same for starting and configuring it. Default 5000. */
  readonly start_ms: number;
}

/** What a filter may use. */
export interface FilterLimits extends ModuleLimits {
  /** More are dropped. Default 1000. */
  readonly log_lines_per_second: number;
}

/** Which module chooses the upstream. Exactly one of `builtin` and `file` is there. */
export interface RoutingConfig {
  readonly builtin?: "router" | undefined;
  /** Absolute path of a policy module. */
  readonly file?: string | undefined;
  /** Lower-case hex SHA-256 that `file` must have. */
  readonly sha256?: string | undefined;
  readonly limits: ModuleLimits;
}

export interface LogConfig {
  /** A level, or a filter such as `spooky_edge=haunt,info`; `parseLogFilter` accepts it. Default `info`. */
  readonly level: string;
  /** Default `plain`. */
  readonly format: "plain" | "json";
  /** Absent: standard error. */
  readonly file?: LogFileConfig | undefined;
}

export interface LogFileConfig {
  readonly enabled: boolean;
  /** Absolute. Appended to. Default `/var/log/spooky/spooky.log`. */
  readonly path: string;
}

/** Sizes in bytes, times in milliseconds. `performance-support.ts` lists the keys that do nothing yet. */
export interface PerformanceConfig {
  /** How many shards. 1 to 1024, default 1. */
  readonly worker_threads: number;
  /** Default 2. */
  readonly control_plane_threads: number;
  /** Default 1. */
  readonly packet_shards_per_worker: number;
  /** Default 2048. */
  readonly packet_shard_queue_capacity: number;
  /** Default 64 MiB. */
  readonly packet_shard_queue_max_bytes: number;
  /** Must be true for more than one shard. Default true. */
  readonly reuseport: boolean;
  /** Default false. */
  readonly pin_workers: boolean;
  /** Default 4096. */
  readonly global_inflight_limit: number;
  /** Default 1024. */
  readonly per_upstream_inflight_limit: number;
  /** Default 64. */
  readonly per_backend_inflight_limit: number;
  /** Default 0. */
  readonly inflight_acquire_wait_ms: number;
  /** Connecting to a backend, TLS included. Default 500. */
  readonly backend_connect_timeout_ms: number;
  /** From the request's start to the response head. Default 2000. */
  readonly backend_timeout_ms: number;
  /** Between two pieces of a response body. Default 2000. */
  readonly backend_body_idle_timeout_ms: number;
  /** For the whole response body. Default 30000. */
  readonly backend_body_total_timeout_ms: number;
  /** For the whole request, from its head to the end of the response. Default 35000. */
  readonly backend_total_request_timeout_ms: number;
  /** Between two pieces of a request body. Default 10000. */
  readonly client_body_idle_timeout_ms: number;
  /** How long requests in flight may go on after SIGTERM. Default 5000. */
  readonly shutdown_drain_timeout_ms: number;
  /** SO_RCVBUF. Default 8 MiB. */
  readonly udp_recv_buffer_bytes: number;
  /** SO_SNDBUF. Default 8 MiB. */
  readonly udp_send_buffer_bytes: number;
  /** Idle sessions that are kept to one backend. Default 256. */
  readonly h2_pool_max_idle_per_backend: number;
  /** After so long without a stream a backend session is closed. Default 90000. */
  readonly h2_pool_idle_timeout_ms: number;
  /** Default false. */
  readonly backend_dns_refresh_enabled: boolean;
  /** Default 30000. */
  readonly backend_dns_refresh_interval_ms: number;
  /** Default 2000. */
  readonly new_connections_per_sec: number;
  /** Default 500. */
  readonly new_connections_burst: number;
  /** Client connections at one time, for QUIC and for TCP each; every shard takes its share of them. Default 20000. */
  readonly max_active_connections: number;
  /** Default 5000. */
  readonly quic_max_idle_timeout_ms: number;
  /** Connection flow-control window (RFC 9000 §18.2). Default 10000000. */
  readonly quic_initial_max_data: number;
  /** Stream flow-control window. Default 1000000. */
  readonly quic_initial_max_stream_data: number;
  /** Requests in flight on one connection. Default 100. */
  readonly quic_initial_max_streams_bidi: number;
  /** Default 100. */
  readonly quic_initial_max_streams_uni: number;
  /** More is refused with 413. Default 1000000. */
  readonly max_request_body_bytes: number;
  /** Default 100 MiB. */
  readonly max_response_body_bytes: number;
  /** Request bodies held for backends that are slower than their clients, in one shard, in memory and on disk. Default 64 MiB. */
  readonly request_buffer_global_cap_bytes: number;
  /** Default 2 MiB. */
  readonly unknown_length_response_prebuffer_bytes: number;
}

export interface ObservabilityConfig {
  readonly metrics: MetricsConfig;
  readonly control_api: ControlApiConfig;
}

/** Prometheus metrics over plain HTTP, on loopback only. */
export interface MetricsConfig {
  /** Default true. */
  readonly enabled: boolean;
  /** True: not being able to listen ends the start. False: it is a warning. Default false. */
  readonly required: boolean;
  /** Loopback address without brackets. Default `127.0.0.1`. */
  readonly address: string;
  /** Default 9901. */
  readonly port: number;
  /** Default `/metrics`. */
  readonly path: string;
}

/** Health and readiness over plain HTTP, on loopback only. */
export interface ControlApiConfig {
  /** Default true. */
  readonly enabled: boolean;
  /** As in {@link MetricsConfig}. Default false. */
  readonly required: boolean;
  /** Loopback address without brackets. Default `127.0.0.1`. */
  readonly address: string;
  /** Default 9902. */
  readonly port: number;
  /** Default `/health`. */
  readonly health_path: string;
  /** Default `/ready`. */
  readonly ready_path: string;
}
