/**
 * Topic messages between processes over a Unix domain socket.
 *
 * <p>One {@link io.heliograph.ipc.IpcServer} owns a socket file; any number of {@link io.heliograph.ipc.IpcClient}s connect
 * to it. A message has a topic and a value; it goes one way, at most once, and in order. On the wire it is a JSON object and
 * two zero bytes, so that either end may be the npm package {@code @crussell52/socket-ipc}.
 */
package io.heliograph.ipc;
