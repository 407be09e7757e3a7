package io.heliograph.rpc;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.notNegative;

import io.heliograph.Overflow;
import io.heliograph.codec.Codec;
import io.heliograph.transport.EndpointBuilder;
import io.heliograph.transport.EndpointOptions;
import io.heliograph.transport.WebSocketOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Builder with the options that servers and clients share.
 *
 * @param <B> the type of the builder itself
 */
abstract sealed class RpcBuilder<B extends RpcBuilder<B>> extends EndpointBuilder<B>
        permits RpcServerLimits, RpcClient.Builder {

    @Nullable
    Codec msgpack;

    Duration pingInterval = Duration.ofSeconds(30);
    Overflow slowConsumer;
    WebSocketOptions.@Nullable Compression compression;

    RpcBuilder(Overflow slowConsumer) {
        super(EndpointOptions.DEFAULTS);
        this.slowConsumer = slowConsumer;
    }

    /** Selects the MessagePack codec. Default: the codec named {@code msgpack}. */
    public B msgpack(Codec msgpack) {
        this.msgpack = msgpack;
        return self();
    }

    /**
     * Selects the interval of pings to a silent peer of a WebSocket; without a reply the connection is aborted. Zero disables pings.
     * Default: 30 s. Must not be negative.
     */
    public B pingInterval(Duration pingInterval) {
        this.pingInterval = notNegative("pingInterval", pingInterval);
        return self();
    }

    /**
     * Selects the policy for a peer that reads too slowly, when {@code maxQueuedBytes} is reached. {@link Overflow#REFUSE}: a server
     * discards events for the socket, and closes the connection if a response does not fit, because its caller would wait for ever; a
     * client fails the call with {@link io.heliograph.QueueFullException}. {@link Overflow#CLOSE}: the connection is closed. Default:
     * {@code CLOSE} for a server, {@code REFUSE} for a client. Must not be {@link Overflow#DROP_OLDEST}.
     */
    public B slowConsumer(Overflow slowConsumer) {
        checkArgument(
                slowConsumer != Overflow.DROP_OLDEST,
                "slowConsumer: %s (expected: CLOSE or REFUSE; the oldest message may be a response)",
                slowConsumer);
        this.slowConsumer = slowConsumer;
        return self();
    }

    /** Enables permessage-deflate: a server accepts it if it is offered, a client offers it. Default: none. */
    public B compression(WebSocketOptions.Compression compression) {
        this.compression = compression;
        return self();
    }
}
