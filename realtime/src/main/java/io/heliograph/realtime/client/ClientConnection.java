package io.heliograph.realtime.client;

import io.heliograph.CloseReason;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One WebSocket of a client: its pings and what is read from it. Lives on the loop; it is let go of when the client is done with it. */
final class ClientConnection implements LinkHandler, PacketCodec.Sink {

    private static final Frame PING_1 = Frame.utf8("#1").asText();
    private static final Frame PONG_1 = Frame.utf8("#2").asText();
    private static final Frame EMPTY = Frame.empty().asText();

    /** What a connection tells of. None of it comes after {@link #release}. */
    interface Listener {

        /** A message has come, which may be a ping. */
        void message(Frame message);

        void undecodable(InvalidMessageException failure);

        void event(String event, Payload data);

        void request(String procedure, String cid, Payload data);

        void response(String rid, Payload data, Payload error);

        void raw(Frame message);

        /** No ping has come in time. */
        void pingTimedOut();

        /** The link has ended, other than by this side. */
        void ended(CloseReason reason);
    }

    final Link link;
    final PacketCodec.Reader reader;
    private final EventLoop loop;
    private final boolean firstVersion;
    private final boolean pingsNeeded;
    private final ReadThrottle throttle;
    private final CompletableFuture<Void> over = new CompletableFuture<>();

    private @Nullable Listener listener;
    private Duration pingTimeout;
    private long lastPing;
    private EventLoop.@Nullable Timer pingTimer;
    private Frame current = EMPTY;

    // A server takes a pong before the handshake for a breach of the protocol, so that one waits
    // until it is sent.
    private boolean handshakeSent;
    private boolean pongDue;

    /**
     * @param pingTimeout how long no ping may come
     * @param pingsNeeded whether that matters
     */
    ClientConnection(
            Link link,
            EventLoop loop,
            PacketCodec.Reader reader,
            ReadThrottle throttle,
            int protocolVersion,
            Duration pingTimeout,
            boolean pingsNeeded,
            Listener listener) {
        this.link = link;
        this.loop = loop;
        this.reader = reader;
        this.throttle = throttle;
        this.firstVersion = protocolVersion == 1;
        this.pingTimeout = pingTimeout;
        this.pingsNeeded = pingsNeeded;
        this.listener = listener;
        pinged();
    }

    /** The server has said how long no ping may come. */
    void pingTimeout(Duration timeout) {
        pingTimeout = timeout;
        if (pingTimer != null) {
            pingTimer.cancel();
            pingTimer = null;
        }
        pinged();
    }

    /** Sends the handshake, which is the first packet. */
    void sendHandshake(Frame packet) {
        link.send(packet);
        handshakeSent = true;
        pong();
    }

    /** Whether a ping should have come, and its time-out did not fire: the machine has slept. */
    boolean isStale() {
        return pingsNeeded && untilPingTimeout() <= 0 && !throttle.isPaused();
    }

    boolean isReleased() {
        return listener == null;
    }

    /** Tells nothing from now on; what it reads is dropped. */
    void release() {
        listener = null;
        if (pingTimer != null) {
            pingTimer.cancel();
            pingTimer = null;
        }
        // So that the end of the link is noticed.
        link.reading(true);
    }

    /** Completes when the link has ended. */
    CompletableFuture<Void> over() {
        return over;
    }

    // ---- pings

    private long untilPingTimeout() {
        return lastPing + pingTimeout.toNanos() - loop.nanoTime();
    }

    private void pinged() {
        lastPing = loop.nanoTime();
        if (pingsNeeded && pingTimer == null) {
            armPingTimer();
        }
    }

    /** One timer, which looks again when it fires, so that a ping costs none. */
    private void armPingTimer() {
        pingTimer = loop.schedule(Duration.ofNanos(untilPingTimeout()), () -> {
            pingTimer = null;
            Listener told = listener;
            if (told == null) {
                return;
            }
            if (throttle.isPaused()) {
                lastPing = loop.nanoTime(); // what is not read cannot be missed
            }
            if (untilPingTimeout() > 0) {
                armPingTimer();
            } else {
                told.pingTimedOut();
            }
        });
    }

    private void pong() {
        if (handshakeSent && pongDue) {
            pongDue = false;
            link.send(firstVersion ? PONG_1 : EMPTY);
        }
    }

    private boolean isPing(Frame frame) {
        return frame.isText() && (firstVersion ? frame.equals(PING_1) : frame.length() == 0);
    }

    // ---- the link

    @Override
    public void frame(Link from, Frame frame) {
        Listener told = listener;
        if (told == null) {
            return;
        }
        told.message(frame);
        if (isPing(frame)) {
            pinged();
            pongDue = true;
            pong();
            return;
        }
        current = frame;
        try {
            reader.read(frame, this);
        } catch (InvalidMessageException e) {
            told.undecodable(e);
        } finally {
            current = EMPTY;
        }
        throttle.enqueued(frame.length());
    }

    @Override
    public boolean event(String event, @Nullable String cid, Payload data) {
        Listener told = listener;
        if (told == null) {
            return false;
        }
        if (cid == null) {
            told.event(event, data);
        } else {
            told.request(event, cid, data);
        }
        return listener != null;
    }

    @Override
    public boolean response(String rid, Payload data, Payload error) {
        Listener told = listener;
        if (told == null) {
            return false;
        }
        told.response(rid, data, error);
        return listener != null;
    }

    @Override
    public boolean raw() {
        Listener told = listener;
        if (told == null) {
            return false;
        }
        told.raw(current);
        return listener != null;
    }

    @Override
    public void closed(Link ended, CloseReason reason) {
        Listener told = listener;
        if (told != null) {
            told.ended(reason);
        }
        over.complete(null);
    }
}
