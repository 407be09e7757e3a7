/**
 * Remote procedure calls with events, namespaces and login: an {@link io.heliograph.rpc.RpcServer} and an {@link
 * io.heliograph.rpc.RpcClient} for the protocol of the npm package {@code rpc-websockets}, in JSON and in MessagePack.
 */
package io.heliograph.rpc;
