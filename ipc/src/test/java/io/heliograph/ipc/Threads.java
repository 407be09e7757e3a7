package io.heliograph.ipc;

import io.heliograph.testkit.InMemoryTransport;

/** Endpoints over an in-memory transport with real event loop threads and the default dispatch. */
final class Threads implements AutoCloseable {

    final InMemoryTransport transport = InMemoryTransport.threaded(2);

    IpcServer.Builder server() {
        return IpcServer.builder(Memory.FILE).transport(transport, transport.nextLoop());
    }

    IpcClient.Builder client() {
        return IpcClient.builder(Memory.FILE).transport(transport, transport.nextLoop());
    }

    @Override
    public void close() {
        transport.close().join();
    }
}
