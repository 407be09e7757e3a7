package io.heliograph.ipc;

import io.heliograph.Address;
import io.heliograph.Dispatch;
import io.heliograph.frame.Framing;
import io.heliograph.testkit.InMemoryTransport;
import io.heliograph.testkit.ManualEventLoop;
import io.heliograph.transport.LinkOptions;
import java.nio.file.Path;
import java.time.Duration;

/** Endpoints and raw peers over an in-memory transport, on manual event loops with direct dispatch: deterministic. */
final class Memory {

    static final Path FILE = Path.of("memory.sock");
    static final Address ADDRESS = new Address.Unix(FILE);

    final ManualEventLoop loop = ManualEventLoop.create();
    final ManualEventLoop peerLoop = loop.clock().newLoop();
    final InMemoryTransport transport = InMemoryTransport.on(loop, peerLoop);

    IpcServer.Builder server() {
        return IpcServer.builder(FILE).transport(transport, loop).dispatch(Dispatch.direct());
    }

    IpcClient.Builder client() {
        return IpcClient.builder(FILE).transport(transport, peerLoop).dispatch(Dispatch.direct());
    }

    /** Starts a server and records its events. */
    Recorded<IpcServer> listening(IpcServer.Builder options) {
        Recorded<IpcServer> recorded = Recorded.server(options.build());
        recorded.endpoint.listen();
        run();
        return recorded;
    }

    /** Opens a raw connection to the server. */
    RawPeer connect() {
        RawPeer peer = new RawPeer(this);
        transport.connect(ADDRESS, peerLoop, LinkOptions.of(Framing.none()), peer);
        run();
        return peer;
    }

    /** Starts a raw server. */
    RawServer listen() {
        RawServer server = new RawServer(this);
        server.acceptor = transport
                .listen(
                        ADDRESS,
                        loop,
                        LinkOptions.of(Framing.none()).withQueue(1 << 30, io.heliograph.Overflow.CLOSE),
                        server)
                .join();
        return server;
    }

    void run() {
        loop.runReady();
    }

    void advance(long millis) {
        loop.advance(Duration.ofMillis(millis));
    }
}
