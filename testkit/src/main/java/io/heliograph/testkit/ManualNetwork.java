package io.heliograph.testkit;

import io.heliograph.Address;
import io.heliograph.Overflow;
import io.heliograph.frame.Framing;
import io.heliograph.transport.LinkOptions;
import java.time.Duration;

/** In-memory transport with two event loops and a clock that the test drives: nothing happens outside {@link #run}. */
public final class ManualNetwork {

    private final ManualEventLoop loop = ManualEventLoop.create();
    private final ManualEventLoop peerLoop = loop.clock().newLoop();
    private final InMemoryTransport transport = InMemoryTransport.on(loop, peerLoop);

    public InMemoryTransport transport() {
        return transport;
    }

    /** The event loop of the endpoint under test. */
    public ManualEventLoop loop() {
        return loop;
    }

    /** The event loop of its peers. */
    public ManualEventLoop peerLoop() {
        return peerLoop;
    }

    /** Runs every ready task of both event loops. */
    public void run() {
        loop.runReady();
    }

    /** Moves the clock, and runs every task that becomes ready. */
    public void advance(Duration time) {
        loop.advance(time);
    }

    public void advance(long millis) {
        advance(Duration.ofMillis(millis));
    }

    /** Connects a peer without framing. */
    public RawPeer connect(Address address) {
        RawPeer peer = new RawPeer().settling(this::run).keepingOutputOpen();
        transport.connect(address, peerLoop, LinkOptions.of(Framing.none()), peer);
        run();
        return peer;
    }

    /** Listens with peers without framing. */
    public RawServer listen(Address address) {
        RawServer server = new RawServer(peer -> peer.settling(this::run).keepingOutputOpen());
        server.listen(transport, loop, address, LinkOptions.of(Framing.none()).withQueue(1 << 30, Overflow.CLOSE));
        run();
        return server;
    }
}
