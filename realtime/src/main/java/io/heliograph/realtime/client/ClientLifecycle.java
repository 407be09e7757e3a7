package io.heliograph.realtime.client;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.HeliographException;
import io.heliograph.Overflow;
import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.endpoint.SilenceTimer;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.SocketState;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.realtime.session.CloseCodes;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.Transport;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive connections of a client: connect, end and reconnect. Event loop only, except for the methods of the section "thread-safe".
 */
final class ClientLifecycle {

    private static final String FOR_ANOTHER = "Socket was disconnected by the client to initiate a new connection";
    private static final String STALE = "Stale socket was disconnected by the client to initiate a new connection";

    /** Additional space in the queue of the link, for responses, pongs and subscriptions. */
    private static final int HEADROOM = 1 << 20;

    private final DefaultRealtimeClient client;
    private final Supplier<Transport> transport;
    private final ClientLoop loop;
    private final ClientHandshake handshake;
    private List<CompletableFuture<Void>> connecting = new ArrayList<>();
    private SocketState state = SocketState.CLOSED;
    private Transport.@Nullable Attempt attempt;
    private @Nullable ClientConnection connection;
    private @Nullable SilenceTimer connectTimer;
    private EventLoop.@Nullable Timer reconnectTimer;
    private @Nullable ClientConnection last;

    // Read by any thread. The shown state precedes the state after a request of the user.
    private volatile SocketState shown = SocketState.CLOSED;
    private volatile @Nullable ClientConnection open;
    private volatile @Nullable String id;
    private volatile int connectAttempts;
    private volatile @Nullable Duration pendingReconnect;
    private volatile Duration pingTimeout;
    private volatile boolean finished;

    ClientLifecycle(DefaultRealtimeClient client, Supplier<Transport> transport, ClientLoop loop) {
        this.client = client;
        this.transport = transport;
        this.loop = loop;
        this.handshake = new ClientHandshake(client, this);
        this.pingTimeout = client.current().connectTimeout();
    }

    // ---- thread-safe

    SocketState shown() {
        return shown;
    }

    /** Sets the shown state before the event loop reaches it. */
    void show(SocketState wanted) {
        shown = wanted;
    }

    /** Shows that the client connects. The caller requests the connection on the event loop. */
    void requestConnect(boolean closing) {
        if (!closing && shown == SocketState.CLOSED) {
            shown = SocketState.CONNECTING;
        }
    }

    /** Requests {@link #disconnect} after checking the arguments. */
    void requestDisconnect(int code, @Nullable String reason) {
        checkArgument(
                reason == null || reason.getBytes(StandardCharsets.UTF_8).length <= 123,
                "reason: '%s' (expected: at most 123 bytes in UTF-8)",
                reason);
        checkArgument(
                CloseCodes.isSendable(code),
                "code: %d (expected: 1000 to 1014 except 1004 to 1006, or 3000 to 4999)",
                code);
        shown = SocketState.CLOSED;
        loop.execute(() -> disconnect(code, reason));
    }

    /** Returns the open connection; null if the client is not connected. */
    @Nullable
    ClientConnection openConnection() {
        return open;
    }

    @Nullable
    String id() {
        return id;
    }

    int connectAttempts() {
        return connectAttempts;
    }

    Optional<Duration> pendingReconnect() {
        return Optional.ofNullable(pendingReconnect);
    }

    Duration pingTimeout() {
        return pingTimeout;
    }

    // ---- connecting

    boolean isOpen() {
        return state == SocketState.OPEN;
    }

    boolean isClosed() {
        return state == SocketState.CLOSED;
    }

    /** Returns the present connection; null without one. Event loop only. */
    @Nullable
    ClientConnection connection() {
        return connection;
    }

    /** Whether the client has disconnected for good. */
    boolean isFinished() {
        return finished;
    }

    /**
     * Connects unless it is connecting or open.
     *
     * @param result completed with the outcome
     */
    void connect(@Nullable CompletableFuture<Void> result) {
        if (finished) {
            if (result != null) {
                client.settle(() -> result.completeExceptionally(ClientFailures.closed("connect")));
            }
            return;
        }
        if (result != null) {
            if (state == SocketState.OPEN) {
                client.settle(() -> result.complete(null));
                return;
            }
            connecting.add(result);
        }
        if (state == SocketState.CLOSED) {
            begin();
        }
    }

    /** Disconnects and connects with other options. */
    void connect(Runnable change, CompletableFuture<Void> result) {
        if (state != SocketState.CLOSED) {
            disconnect(CloseCodes.NORMAL, FOR_ANOTHER);
        }
        change.run();
        connect(result);
    }

    private void begin() {
        cancelReconnect();
        become(SocketState.CONNECTING);
        client.emit(new ClientEvent.Connecting());
        ClientConfig options = client.current();
        Duration limit = options.connectTimeout();
        WebSocketTarget target = options.url()
                .target(
                        options.tls(),
                        options.headers(),
                        // Later than connectTimer, which reports the close code.
                        limit.plusSeconds(10));
        SilenceTimer timer = new SilenceTimer(loop.real(), limit, () -> end(CloseCodes.CONNECT_TIMED_OUT, null));
        connectTimer = timer;
        timer.start();
        try {
            attempt = transport.get().connect(target, loop.real(), webSocket(options), new Connecting(options));
        } catch (RuntimeException e) {
            end(CloseCodes.HUNG_UP, null, e);
        }
    }

    private static WebSocketOptions webSocket(ClientConfig options) {
        int queue = (int) Math.min(Integer.MAX_VALUE, (long) options.endpoint().maxQueuedBytes() + HEADROOM);
        WebSocketOptions plain = WebSocketOptions.defaults()
                .withMaxMessageBytes(options.endpoint().maxMessageBytes())
                .withQueue(queue, Overflow.CLOSE);
        return options.compression().map(plain::withCompression).orElse(plain);
    }

    /** Connection attempt. */
    private final class Connecting implements Transport.ConnectHandler {

        private final ClientConfig options;

        Connecting(ClientConfig options) {
            this.options = options;
        }

        @Override
        public LinkHandler connected(Link link) {
            attempt = null;
            cancelConnectTimer();
            PacketCodec.Reader reader = client.packets.reader();
            ClientConnection made = new ClientConnection(
                    link,
                    loop,
                    reader,
                    resumed -> new ReadThrottle(link, resumed)
                            .limitPending(
                                    client.executor, options.endpoint().maxPendingMessages(), options.maxPendingBytes())
                            .limitCalls(options.maxPendingCalls(), options.maxPendingBytes()),
                    options.protocolVersion(),
                    options.connectTimeout(),
                    !options.pingTimeoutDisabled(),
                    new ClientInbound(client, ClientLifecycle.this, reader));
            connection = made;
            last = made;
            handshake.start(made, options);
            return made;
        }

        @Override
        public void failed(HeliographException cause) {
            attempt = null;
            end(CloseCodes.HUNG_UP, null, cause);
        }
    }

    /** Invalidates the token of a handshake in progress. */
    void disown() {
        handshake.disown();
    }

    /** Opens the client after an accepted handshake. */
    void opened(ClientConnection made, @Nullable String given, Duration timeout) {
        pingTimeout = timeout;
        made.pingTimeout(timeout);
        id = given;
        open = made;
        become(SocketState.OPEN);
        connectAttempts = 0;
    }

    /** Completes the futures of {@code connect()}. */
    void completeConnecting() {
        takeConnecting().forEach(result -> client.settle(() -> result.complete(null)));
    }

    private List<CompletableFuture<Void>> takeConnecting() {
        List<CompletableFuture<Void>> taken = connecting;
        connecting = new ArrayList<>();
        return taken;
    }

    // ---- the end

    /** Ends the connection, the attempt, or the wait for the next attempt. */
    void disconnect(int code, @Nullable String reason) {
        if (state == SocketState.CLOSED) {
            cancelReconnect();
            client.outbound.abort("disconnect", code, reason, new CloseReason.Local(), null, false);
            failConnecting(ClientFailures.disconnected(client.current().address()));
        } else {
            end(code, reason, null, true);
        }
    }

    /** Ends a connection whose ping time-out passed while the machine was suspended. */
    void checkStale() {
        ClientConnection present = connection;
        if (present != null && present.isStale()) {
            disconnect(CloseCodes.NORMAL, STALE);
        }
    }

    void end(int code, @Nullable String reason) {
        end(code, reason, null, false);
    }

    void end(int code, @Nullable String reason, @Nullable Throwable cause) {
        end(code, reason, cause, false);
    }

    /**
     * @param cause cause of the loss or of the failed attempt
     * @param asked whether the application has requested the end
     */
    private void end(int code, @Nullable String given, @Nullable Throwable cause, boolean asked) {
        String reason = asked ? given : CloseCodes.reason(code, given);
        boolean abort = state == SocketState.CONNECTING;
        String type = abort ? "connectAbort" : "disconnect";
        HeliographException failed = abort ? failure(code, reason, cause, asked) : null;
        if (state == SocketState.OPEN) {
            client.counters.closed();
        }
        release(code, asked ? given : null);
        become(SocketState.CLOSED);
        client.endBatch();
        CloseReason closeReason = closeReason(code, reason, cause, asked);
        boolean reconnecting = reconnects(code);
        long lost = client.outbound.abort(type, code, reason, closeReason, failed, reconnecting);
        client.channels.suspend();
        client.emit(
                abort
                        ? new ClientEvent.ConnectAbort(code, reason)
                        : new ClientEvent.Disconnect(code, reason, closeReason));
        client.emit(new ClientEvent.Close(code, reason));
        if (!CloseCodes.isIgnored(code)) {
            client.report(ClientFailures.event(client.current(), code, reason, cause, failed));
        }
        if (lost > 0) {
            client.dropped(DropReason.NOT_CONNECTED, lost);
        }
        failConnecting(failed);
        if (reconnecting) {
            reconnect(code);
        }
    }

    /** Ends the connection, with a close frame if possible, or the attempt. */
    private void release(int code, @Nullable String reason) {
        id = null;
        open = null;
        cancelConnectTimer();
        if (attempt != null) {
            attempt.cancel();
            attempt = null;
        }
        ClientConnection present = connection;
        if (present != null) {
            connection = null;
            present.release();
            if (!present.closed().isDone()) {
                boolean sendable = CloseCodes.isSendable(code);
                present.link.end(sendable ? code : CloseCodes.NORMAL, sendable && reason != null ? reason : "");
            }
        }
    }

    private static CloseReason closeReason(
            int code, @Nullable String reason, @Nullable Throwable cause, boolean asked) {
        if (asked) {
            return new CloseReason.Local();
        }
        return cause instanceof HeliographException failure
                ? new CloseReason.Failed(failure)
                : new CloseReason.Remote(code, reason == null ? "" : reason);
    }

    /** Returns the failure of an attempt to connect. */
    private HeliographException failure(int code, @Nullable String reason, @Nullable Throwable cause, boolean asked) {
        ClientConfig options = client.current();
        return asked
                ? ClientFailures.disconnected(options.address())
                : ClientFailures.attempt(options, code, reason, cause);
    }

    /**
     * Fails the futures of {@code connect()}.
     *
     * @param failure failure of the attempt; null if the connection was open, when no future is pending
     */
    private void failConnecting(@Nullable Throwable failure) {
        Throwable cause =
                failure == null ? ClientFailures.disconnected(client.current().address()) : failure;
        takeConnecting().forEach(result -> client.settle(() -> result.completeExceptionally(cause)));
    }

    /** Whether the client connects again after the end of a connection or attempt. */
    private boolean reconnects(int code) {
        boolean wanted = code != CloseCodes.NORMAL && code < CloseCodes.DO_NOT_RECONNECT;
        return client.current().autoReconnect() && wanted;
    }

    private void reconnect(int code) {
        ClientConfig options = client.current();
        int before = connectAttempts;
        connectAttempts = before + 1;
        boolean atOnce = before == 0
                && (code == CloseCodes.SERVER_PING_TIMED_OUT
                        || code == CloseCodes.CLIENT_PONG_TIMED_OUT
                        || code == CloseCodes.NO_STATUS);
        Duration delay = atOnce ? Duration.ZERO : options.autoReconnectOptions().delay(before, options.random());
        pendingReconnect = delay;
        reconnectTimer = loop.schedule(delay, () -> connect((CompletableFuture<Void>) null));
    }

    private void cancelReconnect() {
        pendingReconnect = null;
        if (reconnectTimer != null) {
            reconnectTimer.cancel();
            reconnectTimer = null;
        }
    }

    private void cancelConnectTimer() {
        if (connectTimer != null) {
            connectTimer.stop();
            connectTimer = null;
        }
    }

    private void become(SocketState next) {
        state = next;
        shown = next;
    }

    /**
     * Disconnects for good, after the queued packets have been sent.
     *
     * @return completes when the last connection has closed
     */
    CompletableFuture<Void> finish() {
        if (!finished) {
            finished = true;
            if (state == SocketState.OPEN) {
                client.batcher().flushBatch();
            }
            disconnect(CloseCodes.NORMAL, null);
        }
        return last == null ? CompletableFuture.completedFuture(null) : last.closed();
    }

    /** Closes the last connection at once. */
    void abort() {
        if (last != null) {
            last.link.close(new CloseReason.Local());
        }
    }
}
