package io.heliograph.socket;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.DeferrableMessages;
import io.heliograph.endpoint.ReadThrottle;
import io.heliograph.frame.Frame;
import io.heliograph.scan.JsonElements;
import io.heliograph.socket.spi.SocketBackend;
import io.heliograph.socket.spi.SocketFormat;
import io.heliograph.socket.spi.SocketPeer;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.LinkStats;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Passes the values of one connection to the backend of its server, in order. */
final class BackendSession implements SocketPeer {

    private static final int MAX_DEPTH = 1000;

    private final SocketConnection connection;
    private final SocketEndpoint endpoint;
    private final DataType type;
    private final NumberReader numbers;

    // Event loop only.
    private final ReadThrottle throttle;
    private final DeferrableMessages messages;
    private SocketBackend.@Nullable Session session;
    private long callBytes;

    // Whether the connection has ended, or is about to because the backend has failed.
    private boolean ended;

    BackendSession(SocketConnection connection, SocketEndpoint endpoint, ReadThrottle throttle) {
        this.connection = connection;
        this.endpoint = endpoint;
        this.type = endpoint.options.receiveType();
        this.numbers = new NumberReader(type);
        this.throttle =
                throttle.limitCalls(endpoint.options.endpoint().maxPendingMessages(), SocketEndpoint.MAX_PENDING_BYTES);
        this.messages = new DeferrableMessages(
                connection.loop(), throttle, connection.events().errors()::report);
    }

    void open(SocketBackend backend) {
        try {
            session = backend.connected(this);
        } catch (Throwable e) {
            failed(e);
        }
    }

    void doubles(double[] values) {
        handle(to -> to.numbers(values));
    }

    /**
     * Passes a message.
     *
     * @throws CodecException if a JSON document is malformed
     */
    void message(Frame bytes, @Nullable String string) {
        if (type.isNumeric()) {
            if (type.isFloating()) {
                doubles(numbers.doubles(bytes));
            } else {
                long[] values = numbers.longs(bytes);
                handle(to -> to.numbers(values));
            }
            return;
        }
        switch (type) {
            case STRING -> {
                String value = string == null ? bytes.utf8() : string;
                handle(to -> to.string(value));
            }
            case JSON -> {
                JsonElements.check(bytes, MAX_DEPTH);
                Payload value = Payload.ofWellFormed(json(), bytes);
                handle(to -> to.json(value));
            }
            default -> handle(to -> to.image(bytes));
        }
    }

    private Codec json() {
        return endpoint.decoder.json();
    }

    private void handle(Function<SocketBackend.Session, CompletionStage<Void>> message) {
        if (messages.isDeferred()) {
            messages.hold(() -> pass(message));
        } else {
            messages.handled(pass(message));
        }
    }

    private CompletionStage<Void> pass(Function<SocketBackend.Session, CompletionStage<Void>> message) {
        SocketBackend.Session to = session;
        if (to == null || ended) {
            return SocketBackend.ACCEPTED;
        }
        try {
            return message.apply(to);
        } catch (Throwable e) {
            failed(e);
            return SocketBackend.ACCEPTED;
        }
    }

    /** Ends the output when all messages have been handled and answered. */
    void inputEnded() {
        messages.end(() -> {
            SocketBackend.Session to = session;
            if (to == null || ended) {
                return;
            }
            try {
                to.inputEnded().whenComplete((answered, failure) -> connection.endOutput());
            } catch (Throwable e) {
                failed(e);
            }
        });
    }

    void closed(CloseReason reason) {
        ended = true;
        messages.clear();
        releaseCalls(callBytes);
        SocketBackend.Session to = session;
        if (to != null) {
            try {
                to.closed(reason);
            } catch (Throwable e) {
                reportFailure(e);
            }
        }
    }

    private void failed(Throwable e) {
        ended = true;
        reportFailure(e);
        loop().executeOrRun(connection::abort);
    }

    private void reportFailure(Throwable e) {
        connection.events().errors().userCode("backend", connection.peer().toString(), e);
    }

    // ---- peer

    @Override
    public Address.Tcp remoteAddress() {
        return connection.peer();
    }

    @Override
    public List<X509Certificate> certificates() {
        return connection.certificates();
    }

    @Override
    public EventLoop loop() {
        return connection.loop();
    }

    @Override
    public SocketFormat format() {
        return endpoint.encoder;
    }

    @Override
    public boolean send(Frame frame) {
        return connection.sendShared(frame);
    }

    @Override
    public long queuedBytes() {
        return connection.queuedBytes();
    }

    @Override
    public LinkStats stats() {
        return connection.stats();
    }

    @Override
    public void countDrop(DropReason reason) {
        endpoint.counters.drop(reason, 1);
    }

    @Override
    public void pause() {
        throttle.pause(ReadThrottle.Reason.CONSUMER);
    }

    @Override
    public void resume() {
        throttle.resume(ReadThrottle.Reason.CONSUMER);
    }

    @Override
    public void callStarted(int bytes) {
        throttle.callStarted(bytes);
        callBytes += bytes;
        endpoint.pending.callStarted(throttle, bytes);
    }

    @Override
    public void callEnded(int bytes) {
        throttle.callEnded(bytes);
        loop().executeOrRun(() -> releaseCalls(Math.min(bytes, callBytes)));
    }

    private void releaseCalls(long bytes) {
        callBytes -= bytes;
        endpoint.pending.callEnded(throttle, bytes);
    }

    @Override
    public void close() {
        connection.disconnect();
    }
}
