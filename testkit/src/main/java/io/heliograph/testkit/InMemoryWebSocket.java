package io.heliograph.testkit;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.DeadlineExceededException;
import io.heliograph.HeliographException;
import io.heliograph.TransportException;
import io.heliograph.frame.Frame;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.PeerCredentials;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.websocket.CloseHandshake;
import io.heliograph.websocket.MessageDeflate;
import io.heliograph.websocket.WebSocketDecoder;
import io.heliograph.websocket.WebSocketEncoder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An end of an in-memory WebSocket: real frames, pings and close frames, without HTTP. */
final class InMemoryWebSocket extends InMemoryLink implements WebSocketDecoder.Control {

    private final boolean server;
    private final WebSocketOptions options;
    private final Optional<String> protocol;
    private final @Nullable MessageDeflate deflate;
    private final Peer address;
    private final CloseHandshake ending;
    private final WebSocketEncoder encoder;
    private boolean heard;
    private boolean pinged;
    private EventLoop.@Nullable Timer timer;

    /** The peer of a link. */
    record Peer(Address address, Optional<PeerCredentials> credentials) {}

    InMemoryWebSocket(
            InMemoryTransport transport,
            EventLoop loop,
            Peer peer,
            boolean server,
            WebSocketOptions options,
            Optional<String> protocol,
            @Nullable MessageDeflate deflate,
            int chunkBytes,
            Pipe in,
            Pipe out) {
        this(
                transport,
                loop,
                peer,
                server,
                options,
                protocol,
                deflate,
                server ? WebSocketEncoder.server() : WebSocketEncoder.client(),
                chunkBytes,
                in,
                out);
    }

    private InMemoryWebSocket(
            InMemoryTransport transport,
            EventLoop loop,
            Peer peer,
            boolean server,
            WebSocketOptions options,
            Optional<String> protocol,
            @Nullable MessageDeflate deflate,
            WebSocketEncoder encoder,
            int chunkBytes,
            Pipe in,
            Pipe out) {
        super(
                transport,
                loop,
                peer.address,
                peer.credentials,
                new Carrying(
                        encoder,
                        link -> new WebSocketDecoder(
                                server, options.maxMessageBytes(), deflate, true, (InMemoryWebSocket) link),
                        options.maxQueuedBytes(),
                        options.overflow()),
                chunkBytes,
                in,
                out);
        this.server = server;
        this.options = options;
        this.protocol = protocol;
        this.deflate = deflate;
        this.address = peer;
        this.encoder = encoder;
        this.ending = new CloseHandshake(encoder);
    }

    @Override
    void start(LinkHandler handler) {
        super.start(handler);
        if (!options.pingInterval().isZero()) {
            timer = loop().schedule(options.pingInterval(), this::pingIfSilent);
        }
    }

    @Override
    public Optional<String> protocol() {
        return protocol;
    }

    @Override
    public boolean send(Frame frame) {
        return super.send(deflate == null ? frame : deflate.compress(frame));
    }

    // ---- pings

    @Override
    void received() {
        heard = true;
    }

    @Override
    public void ping(Frame payload) {
        queue().urgent(encoder.pong(payload));
        onLoop(this::push);
    }

    @Override
    public void pong(Frame payload) {}

    private void pingIfSilent() {
        if (ending.isQueued() || isClosing()) {
            return;
        }
        if (heard || !isReading()) {
            heard = false;
            pinged = false;
        } else if (pinged) {
            fail(new DeadlineExceededException("nothing came from "
                    + address.address
                    + " for "
                    + options.pingInterval().toMillis()
                    + " ms, and no answer to a ping"));
            return;
        } else {
            pinged = true;
            queue().urgent(encoder.ping(Frame.empty()));
            push();
        }
        timer = loop().schedule(options.pingInterval(), this::pingIfSilent);
    }

    // ---- the end

    @Override
    public void end() {
        askEnd(CloseHandshake.ECHO, "");
    }

    @Override
    public void end(int code, String text) {
        WebSocketEncoder.checkClose(code, text);
        askEnd(code, text);
    }

    private void askEnd(int code, String text) {
        if (ending.start()) {
            queue().end();
            onLoop(() -> queueClose(code, text));
        }
    }

    private void queueClose(int code, String text) {
        Frame close = isClosing() ? null : ending.frame(code, text);
        if (close != null) {
            stopTimer();
            timer = loop().schedule(options.closeTimeout(), this::closeTimedOut);
            queue().end(close);
            endOutput();
        }
    }

    private void closeTimedOut() {
        fail(new DeadlineExceededException("the WebSocket to "
                + address.address
                + " was not closed within "
                + options.closeTimeout().toMillis()
                + " ms"));
    }

    @Override
    public void peerCloses(int code, String text) {
        if (!isClosing()) {
            ending.peerCloses(code, text);
            reportInputEnded();
            closeIfDone();
        }
    }

    @Override
    void violated(HeliographException cause) {
        ending.violated(cause);
        queue().end();
        if (ending.isQueued()) {
            close(new CloseReason.Failed(cause));
        } else {
            queueClose(((WebSocketDecoder) decoder()).closeCode(), "");
            reading(true);
        }
    }

    @Override
    boolean discards() {
        return ending.reason().isPresent();
    }

    @Override
    void outputWritten() {
        if (ending.isViolated()) {
            shutDown();
        }
        closeIfDone();
    }

    private void closeIfDone() {
        boolean exchanged = ending.isPeerClosed() && isOutputWritten();
        boolean done = ending.isViolated() ? isStreamEnded() : exchanged && (server || isStreamEnded());
        if (done) {
            ending.reason().ifPresent(this::close);
        }
    }

    @Override
    void streamEnded(LinkHandler told) {
        if (ending.reason().isEmpty()) {
            fail(new TransportException(
                    "", "connection to " + address.address + ": it ended without a close frame", null));
        } else {
            closeIfDone();
        }
    }

    @Override
    void fail(HeliographException cause) {
        close(ending.reason(cause));
    }

    @Override
    void finished() {
        stopTimer();
        ((WebSocketDecoder) decoder()).release();
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
