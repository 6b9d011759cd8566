import type { DevelopmentCertificate } from "./certificate.ts";

/** Where the demo's proxy listens, UDP and TCP, unless SPOOKY_DEMO_PORT says otherwise. */
export const DEMO_PORT = 9889;
/** Id of the backend that the demo starts itself, wherever the config says that it listens. */
export const DEMO_BACKEND_ID = "demo-backend";

/** Ports of a demo: the proxy's own, and three more that it needs. */
export interface DemoPorts {
  readonly listen: number;
  readonly backend: number;
  readonly metrics: number;
  readonly control: number;
}

/** The usual ports for 9889; another `listen` port has the three that follow it. */
export function demoPorts(listen: number = DEMO_PORT): DemoPorts {
  if (listen === DEMO_PORT) return { listen, backend: 9890, metrics: 9901, control: 9902 };
  return { listen, backend: listen + 1, metrics: listen + 2, control: listen + 3 };
}

/** The config that the demo writes down when there is none: short, working, and saying what each line is for. */
export function demoConfig(
  certificate: Pick<DevelopmentCertificate, "certificatePath" | "keyPath">,
  ports: DemoPorts = demoPorts(),
): string {
  return `# Spooky's demo. Change it and start again; delete it to get it back.
version: 1

# UDP carries HTTP/3, TCP on the same port HTTP/2 and HTTP/1.1.
listen:
  address: 127.0.0.1
  port: ${ports.listen}
  tls:
    cert: ${JSON.stringify(certificate.certificatePath)}
    key: ${JSON.stringify(certificate.keyPath)}

# How many processes share the port.
performance:
  worker_threads: 1

# The WebAssembly module that finds the upstream of a request. With \`file: my-router.wasm\` it is yours.
routing:
  builtin: router

# WebAssembly filters that every request passes, in this order, and every response in the other.
filters:
  - name: header-rewrite
    builtin: header-rewrite
    config:
      request:
        set:
          x-spooky-client: "\${client_address} over \${protocol}"
        remove: [x-powered-by]
      response:
        set:
          x-spooky-request-id: "\${request_id}"
          x-spooky-upstream: "\${upstream}"

upstream:
  demo:
    route:
      path_prefix: /
    # A WebAssembly module as well: round-robin, random, least-connections, consistent-hash, latency-aware,
    # sticky-cid, or \`file: my-balancer.wasm\`.
    load_balancing:
      type: round-robin
    backends:
      # http:// is HTTP/2 without TLS. This one is started by the demo itself.
      - id: ${DEMO_BACKEND_ID}
        address: http://127.0.0.1:${ports.backend}

log:
  level: info

# Prometheus metrics, and health and readiness; on loopback only.
observability:
  metrics:
    port: ${ports.metrics}
  control_api:
    port: ${ports.control}
`;
}
