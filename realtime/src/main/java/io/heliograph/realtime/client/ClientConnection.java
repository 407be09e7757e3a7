package io.heliograph.realtime.client;

import io.heliograph.CloseReason;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.endpoint.SilenceTimer;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** WebSocket connection of a client: pings and inbound packets. Event loop only. */
final class ClientConnection implements LinkHandler, PacketCodec.Sink {

    private static final Frame PING_1 = Frame.utf8("#1").asText();
    private static final Frame PONG_1 = Frame.utf8("#2").asText();
    private static final Frame EMPTY = Frame.empty().asText();

    /** Events of a connection. None is emitted after {@link #release}. */
    interface Listener {

        /** Called with each message, including pings. */
        void message(Frame message);

        /** Called with each message that the connection sends by itself: the handshake and pongs. */
        void sent(Frame message);

        void undecodable(InvalidMessageException failure);

        void event(String event, Payload data);

        /** Called with a request, which {@code requests} counts until it is answered. */
        void request(String procedure, String cid, Payload data, ServedRequests requests);

        void response(String rid, Payload data, Payload error);

        void raw(Frame message);

        /** Called when no ping has arrived within the ping time-out. */
        void pingTimedOut();

        /** Called when the link has closed without {@link #release}. */
        void ended(CloseReason reason);
    }

    final Link link;
    final PacketCodec.Reader reader;
    private final EventLoop loop;
    private final boolean firstVersion;
    private final boolean pingsNeeded;
    private final ReadThrottle throttle;
    final ServedRequests requests;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    private @Nullable Listener listener;
    private Duration pingTimeout;
    private long lastPing;
    private @Nullable SilenceTimer silence;
    private Frame message = EMPTY;

    // A server treats a pong before the handshake as a protocol violation, so the pong waits for the handshake.
    private boolean handshakeSent;
    private boolean pongDue;

    /**
     * @param throttle creates the throttle of the link with a task that runs when reading resumes
     * @param pingTimeout maximum interval between pings
     * @param pingsNeeded whether the ping time-out applies
     */
    ClientConnection(
            Link link,
            EventLoop loop,
            PacketCodec.Reader reader,
            Function<Runnable, ReadThrottle> throttle,
            int protocolVersion,
            Duration pingTimeout,
            boolean pingsNeeded,
            Listener listener) {
        this.link = link;
        this.loop = loop;
        this.reader = reader;
        this.throttle = throttle.apply(this::readingResumed);
        this.requests = new ServedRequests(this.throttle);
        this.firstVersion = protocolVersion == 1;
        this.pingTimeout = pingTimeout;
        this.pingsNeeded = pingsNeeded;
        this.listener = listener;
        measure();
    }

    /** Sets the ping time-out of the server. */
    void pingTimeout(Duration timeout) {
        pingTimeout = timeout;
        measure();
    }

    /** Sends the handshake, the first packet. */
    void sendHandshake(Frame packet) {
        send(packet);
        handshakeSent = true;
        pong();
    }

    private void send(Frame message) {
        Listener present = listener;
        if (link.send(message) && present != null) {
            present.sent(message);
        }
    }

    /** Whether the ping time-out has passed, including the time in which the machine was suspended. */
    boolean isStale() {
        return pingsNeeded && loop.nanoTime() - lastPing >= pingTimeout.toNanos() && !throttle.isPaused();
    }

    boolean isReleased() {
        return listener == null;
    }

    /** Stops all events; later messages are dropped. */
    void release() {
        listener = null;
        if (silence != null) {
            silence.stop();
        }
        // The end of the link is only detected while it is read.
        link.reading(true);
    }

    /** Completes when the link has closed. */
    CompletableFuture<Void> closed() {
        return closed;
    }

    // ---- pings

    /** Measures the silence of the server from now on, with the present ping time-out. */
    private void measure() {
        lastPing = loop.nanoTime();
        if (silence != null) {
            silence.stop();
        }
        if (pingsNeeded) {
            silence = new SilenceTimer(link.loop(), pingTimeout, this::silent);
            silence.start();
        }
    }

    private void pinged() {
        lastPing = loop.nanoTime();
        if (silence != null) {
            silence.heard();
        }
    }

    private void silent() {
        Listener current = listener;
        if (current == null || silence == null) {
            return;
        }
        if (throttle.isPaused()) {
            silence.start(); // pings are not read
        } else {
            current.pingTimedOut();
        }
    }

    /** Measures the silence again, because pings that came while reading was paused are not read yet. */
    private void readingResumed() {
        if (!throttle.isPaused()) {
            pinged();
        }
    }

    private void pong() {
        if (handshakeSent && pongDue) {
            pongDue = false;
            send(firstVersion ? PONG_1 : EMPTY);
        }
    }

    private boolean isPing(Frame frame) {
        return frame.isText() && (firstVersion ? frame.equals(PING_1) : frame.length() == 0);
    }

    // ---- the link

    @Override
    public void frame(Link from, Frame frame) {
        Listener current = listener;
        if (current == null) {
            return;
        }
        current.message(frame);
        if (isPing(frame)) {
            pinged();
            pongDue = true;
            pong();
            return;
        }
        message = frame;
        try {
            reader.read(frame, this);
        } catch (InvalidMessageException e) {
            current.undecodable(e);
        } finally {
            message = EMPTY;
        }
        throttle.enqueued(frame.length());
    }

    @Override
    public boolean event(String event, @Nullable String cid, Payload data) {
        Listener current = listener;
        if (current == null) {
            return false;
        }
        if (cid == null) {
            current.event(event, data);
        } else {
            current.request(event, cid, data, requests);
        }
        return listener != null;
    }

    @Override
    public boolean response(String rid, Payload data, Payload error) {
        Listener current = listener;
        if (current == null) {
            return false;
        }
        current.response(rid, data, error);
        return listener != null;
    }

    @Override
    public boolean raw() {
        Listener current = listener;
        if (current == null) {
            return false;
        }
        current.raw(message);
        return listener != null;
    }

    @Override
    public void closed(Link ended, CloseReason reason) {
        Listener current = listener;
        if (current != null) {
            current.ended(reason);
        }
        closed.complete(null);
    }
}
