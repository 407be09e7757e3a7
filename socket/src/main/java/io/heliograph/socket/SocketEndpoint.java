package io.heliograph.socket;

import static io.heliograph.internal.Check.notNegative;

import io.heliograph.Endpoint;
import io.heliograph.EndpointStats;
import io.heliograph.Subscription;
import io.heliograph.codec.Codec;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.EndpointLifecycle;
import io.heliograph.endpoint.ErrorNotifier;
import io.heliograph.endpoint.Listeners;
import io.heliograph.endpoint.PendingSum;
import io.heliograph.endpoint.Refusals;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Framing;
import io.heliograph.socket.spi.SocketBackend;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Tls;
import io.heliograph.transport.UnfinishedMessages;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Common part of servers and clients: types, limits, events and life cycle.
 *
 * <p>All connections of an endpoint share one event loop, which confines their state. All events run on one serial executor.
 */
abstract class SocketEndpoint implements Endpoint, EndpointLifecycle.Role {

    /** Limit of received bytes that are pending for listeners. */
    static final long MAX_PENDING_BYTES = 4 << 20;

    final Logger log;
    final SocketOptions options;
    final LinkOptions links;
    final @Nullable SocketBackend backend;
    final Encoder encoder;
    final Decoder decoder;
    final Counters counters = new Counters();
    final Counters.OfLoop loopCounters = counters.ofLoop();
    final EndpointLifecycle life;
    final SerialExecutor executor;
    final PendingSum pending;
    final ErrorNotifier errors;

    /** Limit of the unfinished messages of all connections; null on a client. */
    final @Nullable UnfinishedMessages unfinished;

    private final Listeners<Runnable> onClose;

    /**
     * @param maxUnfinishedBytes limit of the unfinished messages of all connections; 0 for none
     * @param maxPendingBytes limit of the pending messages of all connections
     * @param backend receiver of values in place of data listeners; null for none
     */
    SocketEndpoint(
            SocketOptions options,
            long maxUnfinishedBytes,
            long maxPendingBytes,
            @Nullable Tls tls,
            @Nullable SocketBackend backend,
            Logger log) {
        Codec json = options.usesJson() ? Codec.named("json") : null;
        this.log = log;
        this.backend = backend;
        this.options = options;
        this.encoder = new Encoder(options.sendType(), options.framed(), options.maxMessageBytes(), json);
        this.decoder = new Decoder(options, json);
        // Framed by this module instead of the link: idle time counts bytes, and an end inside a message is reported.
        LinkOptions plain = LinkOptions.of(Framing.none())
                .withQueue(options.maxQueuedBytes(), options.slowConsumer())
                .withTcp(options.tcp());
        this.links = tls == null ? plain : plain.withTls(tls);
        this.life = new EndpointLifecycle(
                this, EndpointLifecycle.Restart.AFTER_FAILURE, log.getName(), options.endpoint(), counters);
        this.executor = life.executor();
        this.errors = life.errors();
        this.pending = new PendingSum(executor, maxPendingBytes);
        this.unfinished = maxUnfinishedBytes == 0
                ? null
                : new UnfinishedMessages(
                        maxUnfinishedBytes,
                        options.maxMessageBytes(),
                        new Refusals(errors.failures(), counters)::unfinished);
        this.onClose = listeners("onClose");
    }

    /** Creates a list of listeners whose exceptions are logged with the event and the connection. */
    final <L> Listeners<L> listeners(String event) {
        return new Listeners<>((failure, argument, unused) -> errors.emitUserCode(
                "listener=" + event,
                argument instanceof AcceptedSocket accepted
                        ? accepted.connection().peer().toString()
                        : null,
                failure));
    }

    /** Creates the receiver of one connection. */
    final Receiver createReceiver() {
        if (options.framed()) {
            return new FramedReceiver(options.receiveType(), options.maxMessageBytes());
        }
        return switch (options.receiveType()) {
            case STRING -> new RawReceiver.Strings();
            case JSON -> new RawJsonReceiver(options.maxMessageBytes());
            case IMAGE -> new RawReceiver.Bytes();
            default -> new RawReceiver.Numbers(options.receiveType());
        };
    }

    /** Returns whether the endpoint accepts no more items for sending. */
    final boolean isClosed() {
        return !life.acceptsMessages();
    }

    /** {@inheritDoc} Listeners receive the pending items, and their answers are accepted for sending. */
    @Override
    public CompletableFuture<Void> drain(Duration timeout) {
        return executor.flush();
    }

    /** Emits the close event. Serial executor only. */
    @Override
    public void ended() {
        onClose.emit((listener, a, b) -> listener.run(), null, null);
    }

    public final Subscription onClose(Runnable listener) {
        return onClose.on(listener);
    }

    @Override
    public void close() {
        life.close(options.endpoint().linger());
    }

    @Override
    public final CompletableFuture<Void> closeGracefully(Duration timeout) {
        notNegative("timeout", timeout);
        return life.closeGracefully(timeout);
    }

    @Override
    public final CompletableFuture<Void> closed() {
        return life.closed();
    }

    @Override
    public final EndpointStats stats() {
        return counters.read(queuedBytes());
    }

    public abstract long queuedBytes();
}
