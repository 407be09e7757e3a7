package io.heliograph.bench.micro;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.frame.Frame;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.PeerCredentials;
import io.heliograph.transport.Transport;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Transport without sockets: connecting succeeds, a consumer receives the sent frames, and the caller supplies received
 * frames.
 */
public final class StubTransport implements Transport {

    private final StubLoop loop = new StubLoop();
    private final Consumer<Frame> sent;
    private final StubLink link = new StubLink();
    private @Nullable LinkHandler handler;

    public StubTransport(Consumer<Frame> sent) {
        this.sent = sent;
    }

    public StubLoop loop() {
        return loop;
    }

    /** Delivers a frame to the link, as if it had been read. */
    public void receive(Frame frame) {
        if (handler == null) {
            throw new IllegalStateException("not connected");
        }
        handler.frame(link, frame);
    }

    @Override
    public boolean supports(Address address) {
        return true;
    }

    @Override
    public boolean hasSocketFiles() {
        return false;
    }

    @Override
    public EventLoop nextLoop() {
        return loop;
    }

    @Override
    public Attempt connect(Address address, EventLoop on, LinkOptions options, ConnectHandler connectHandler) {
        loop.execute(() -> handler = connectHandler.connected(link));
        return () -> {};
    }

    @Override
    public CompletableFuture<Acceptor> listen(
            Address address, @Nullable EventLoop on, LinkOptions options, AcceptHandler accept) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> close() {
        return CompletableFuture.completedFuture(null);
    }

    private final class StubLink implements Link {

        @Override
        public EventLoop loop() {
            return loop;
        }

        @Override
        public Address peer() {
            return Address.parse("unix:/stub");
        }

        @Override
        public Optional<PeerCredentials> credentials() {
            return Optional.empty();
        }

        @Override
        public boolean send(Frame frame) {
            sent.accept(frame);
            return true;
        }

        @Override
        public long queuedBytes() {
            return 0;
        }

        @Override
        public void reading(boolean wanted) {}

        @Override
        public void end() {}

        @Override
        public void close(CloseReason reason) {}
    }
}
