import type { Config, ListenConfig } from "../config/model.ts";
import { SpookyError } from "../errors/spooky-error.ts";
import { checkPortIsFree, closeFd, openTcpSocket, openUdpSocket, socketBufferBytes } from "../platform/sockets.ts";
import type { ListenerSockets } from "../shard/data-plane-port.ts";

/**
 * Opens the sockets of all listeners, once for each shard: result by shard, then by listener. All or none: what was
 * opened is closed again when one fails. Throws the errors of `platform/sockets.ts` with the config file as place.
 */
export function openListenerSockets(config: Config, configPath: string): ListenerSockets[][] {
  const shards: ListenerSockets[][] = Array.from({ length: config.performance.worker_threads }, () => []);
  try {
    config.listeners.forEach((listener, listenerIndex) => {
      checkPortIsFree(listener);
      for (const sockets of shards) sockets.push(openPair(config, listener, listenerIndex));
    });
    return shards;
  } catch (error) {
    for (const sockets of shards) closeListenerSockets(sockets);
    throw error instanceof SpookyError ? withPlace(error, configPath) : error;
  }
}

/** Opens one shard's sockets anew, beside those that other shards hold on the same ports. Throws as above. */
export function reopenListenerSockets(config: Config): ListenerSockets[] {
  const sockets: ListenerSockets[] = [];
  try {
    config.listeners.forEach((listener, listenerIndex) => sockets.push(openPair(config, listener, listenerIndex)));
    return sockets;
  } catch (error) {
    closeListenerSockets(sockets);
    throw error;
  }
}

export function closeListenerSockets(sockets: readonly ListenerSockets[]): void {
  for (const { udpFd, tcpFd } of sockets) {
    closeFd(udpFd);
    closeFd(tcpFd);
  }
}

/** The smallest UDP receive buffer that the kernel granted, in bytes. */
export function grantedReceiveBufferBytes(sockets: readonly ListenerSockets[]): number {
  return Math.min(...sockets.map(({ udpFd }) => socketBufferBytes(udpFd, "receive")));
}

function openPair(config: Config, { address, port }: ListenConfig, listenerIndex: number): ListenerSockets {
  const udpFd = openUdpSocket({
    address,
    port,
    recvBufferBytes: config.performance.udp_recv_buffer_bytes,
    sendBufferBytes: config.performance.udp_send_buffer_bytes,
  });
  try {
    return { listenerIndex, udpFd, tcpFd: openTcpSocket({ address, port }) };
  } catch (error) {
    closeFd(udpFd);
    throw error;
  }
}

function withPlace(error: SpookyError, file: string): SpookyError {
  return new SpookyError(error.failure, error.detail, {
    place: { file },
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error,
  });
}
