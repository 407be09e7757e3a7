package io.heliograph.testkit;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.frame.Frame;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.PeerCredentials;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Link without a peer, for fuzz tests and decoders: keeps every sent frame until the link is closed. Not thread-safe. */
public final class StubLink implements Link {

    private final EventLoop loop;
    private final List<Frame> sent = new ArrayList<>();
    private @Nullable LinkHandler handler;
    private long queuedBytes;
    private @Nullable CloseReason reason;

    /** Creates a link on an {@link InlineEventLoop}. */
    public StubLink() {
        this(new InlineEventLoop());
    }

    public StubLink(EventLoop loop) {
        this.loop = loop;
    }

    /** Notifies a handler when the link is closed. */
    public StubLink notifying(LinkHandler handler) {
        this.handler = handler;
        return this;
    }

    /** The sent frames; the test may clear the list. */
    public List<Frame> sent() {
        return sent;
    }

    /** The reason of {@link #close}, or null while the link is open. */
    public @Nullable CloseReason reason() {
        return reason;
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public Address peer() {
        return new Address.Tcp("192.0.2.1", 7);
    }

    @Override
    public Optional<PeerCredentials> credentials() {
        return Optional.empty();
    }

    @Override
    public boolean send(Frame frame) {
        return reason == null && sent.add(frame);
    }

    @Override
    public long queuedBytes() {
        return queuedBytes;
    }

    /** Sets the bytes that the peer has not taken. */
    public void queue(long bytes) {
        queuedBytes = bytes;
    }

    @Override
    public void reading(boolean wanted) {}

    @Override
    public void end() {}

    @Override
    public void close(CloseReason given) {
        if (reason == null) {
            reason = given;
            if (handler != null) {
                LinkHandler notified = handler;
                loop.execute(() -> notified.closed(this, given));
            }
        }
    }
}
