/** What `spooky init` writes: valid but for the files that it names, and saying what each line is for. */
export const CONFIG_TEMPLATE: string = `# Configuration of Spooky. Check it with: spooky check FILE
version: 1

# Where clients connect: UDP for HTTP/3, TCP on the same port for HTTP/2 and HTTP/1.1.
listen:
  address: 0.0.0.0
  port: 443
  tls:
    # PEM files, relative to this one. The chain begins with the server's own certificate.
    cert: certs/fullchain.pem
    key: certs/privkey.pem
    # More certificates, chosen by the name that a client asks for (SNI):
    # certificates:
    #   - {server_name: www.example.com, cert: certs/www.pem, key: certs/www-key.pem}

# How many processes share the port; one per core is a good start.
performance:
  worker_threads: 2

# WebAssembly filters that every request passes, in this order, and every response in the other.
filters:
  - name: headers
    builtin: header-rewrite
    config:
      request:
        remove: [x-internal]
      response:
        set:
          x-request-id: "\${request_id}"

# Groups of backends, each with the route that leads to it. The longest path prefix wins.
upstream:
  app:
    route:
      # host: www.example.com        # or "*.example.com"
      path_prefix: /
    load_balancing:
      type: round-robin
    backends:
      # https:// is HTTP/2 over TLS, http:// HTTP/2 without; HTTP/1.1 is used where a backend speaks nothing else.
      - id: app-1
        address: http://127.0.0.1:8080

log:
  # trace, debug, info, warn, error or off; per part: spooky_access=off,info
  level: info
  format: plain

# Prometheus metrics, and health and readiness; plain HTTP, on loopback only.
observability:
  metrics:
    port: 9901
  control_api:
    port: 9902
`;
