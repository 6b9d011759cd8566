# Spooky in a small image: runs as a user without rights, writes to nothing but /state, and starts the same demo as
# `npm run spooky` unless a config is mounted at /etc/spooky/config.yaml.

# The version of Bun is read from package.json, as everywhere. The packages for tests and builds stay behind.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json bun.lock bunfig.toml ./
COPY scripts/with-bun.sh scripts/
RUN mkdir src && echo 'console.log(Bun.version)' > src/version.ts \
 && sh scripts/with-bun.sh src/version.ts \
 && cp --dereference node_modules/.bin/bun /usr/local/bin/bun \
 && rm -rf node_modules src \
 && bun install --frozen-lockfile --production --ignore-scripts

FROM debian:bookworm-slim
RUN groupadd --system --gid 10001 spooky \
 && useradd --system --uid 10001 --gid spooky --home-dir /state --no-create-home --shell /usr/sbin/nologin spooky \
 && install --directory --owner=spooky --group=spooky --mode=0700 /state
WORKDIR /app
COPY --from=build /usr/local/bin/bun /usr/local/bin/bun
COPY --from=build /app/node_modules node_modules
COPY package.json bunfig.toml LICENSE ./
COPY scripts/container-health.ts scripts/
COPY wasm wasm
COPY src src

# The demo writes its spooky.yaml where it starts; Bun's cache of compiled sources would want a place to write as well.
ENV SPOOKY_STATE_DIR=/state BUN_RUNTIME_TRANSPILER_CACHE_PATH=0
WORKDIR /state
USER spooky
EXPOSE 9889/udp 9889/tcp
VOLUME /state
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s CMD ["bun", "/app/scripts/container-health.ts"]
ENTRYPOINT ["bun", "/app/src/main.ts"]
