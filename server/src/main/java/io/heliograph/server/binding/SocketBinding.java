package io.heliograph.server.binding;

import io.heliograph.Address;
import io.heliograph.EndpointStats;
import io.heliograph.HeliographException;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.InFlight;
import io.heliograph.exchange.Encoding;
import io.heliograph.exchange.Publication;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.server.hub.Binding;
import io.heliograph.server.hub.HubCore;
import io.heliograph.server.hub.HubListener;
import io.heliograph.socket.SocketServer;
import io.heliograph.socket.spi.SocketBackend;
import io.heliograph.socket.spi.SocketFormat;
import io.heliograph.socket.spi.SocketPeer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Binding of a listener of the protocol socket: the values of all connections are published to one channel, or each is the argument of a call;
 * the publications of one channel are sent to all connections.
 */
public final class SocketBinding implements Binding, SocketBackend {

    /** Frame of a publication that the send type cannot represent; a format never builds this object. */
    private static final Frame INCONVERTIBLE = Frame.of(new byte[0]);

    private final HubCore hub;
    private final HubListener listener;
    private final Options options;
    private final @Nullable Consumer<SocketServer.Builder> configuration;
    private final @Nullable Consumer<SocketServer> onServer;
    private final InFlight calls = new InFlight();
    private volatile @Nullable SocketServer server;

    // Event loop only.
    private @Nullable Encoding encoding;

    /**
     * Options of the binding.
     *
     * @param publish channel of the received values; null for {@code socket/PORT}
     * @param deliver channel whose publications are sent; null for {@code socket/PORT}
     * @param call procedure that each received value calls, whose results are sent back; null to publish received values
     */
    public record Options(
            @Nullable String publish,
            @Nullable String deliver,
            @Nullable String call) {}

    public SocketBinding(
            HubCore hub,
            HubListener listener,
            Options options,
            @Nullable Consumer<SocketServer.Builder> configuration,
            @Nullable Consumer<SocketServer> onServer) {
        this.hub = hub;
        this.listener = listener;
        this.options = options;
        this.configuration = configuration;
        this.onServer = onServer;
    }

    // ---- listener

    @Override
    public CompletableFuture<Void> listen() {
        Address.Tcp address = (Address.Tcp) Address.parse(listener.configuredUrl());
        SocketServer.Builder builder = SocketServer.builder(address.host(), address.port())
                .maxMessageBytes(hub.options().maxMessageBytes());
        if (configuration != null) {
            configuration.accept(builder);
        }
        builder.transport(hub.transport())
                .dispatch(hub.options().dispatch())
                .daemon(true)
                .reusePort(hub.options().reusePort());
        SocketServer built = SocketBackend.build(builder, this);
        server = built;
        built.onError(hub::report);
        if (onServer != null) {
            onServer.accept(built);
        }
        return built.listen();
    }

    private SocketServer server() {
        return Objects.requireNonNull(server, "the listener has not been started");
    }

    @Override
    public String url() {
        Address.Tcp address = (Address.Tcp) Address.parse(listener.configuredUrl());
        return new Address.Tcp(address.host(), server().port()).toString();
    }

    @Override
    public CompletableFuture<Void> stopListening() {
        SocketServer present = server;
        return present == null ? CompletableFuture.completedFuture(null) : present.stopListening();
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        SocketServer present = server;
        return present == null ? CompletableFuture.completedFuture(null) : present.closeGracefully(timeout);
    }

    @Override
    public CompletableFuture<Void> drain() {
        return calls.drain();
    }

    @Override
    public EndpointStats stats() {
        return server().stats();
    }

    // ---- connections

    @Override
    public Session connected(SocketPeer peer) {
        SocketSession session = new SocketSession(this, peer);
        session.open();
        return session;
    }

    HubCore hub() {
        return hub;
    }

    HubListener listener() {
        return listener;
    }

    InFlight calls() {
        return calls;
    }

    /** Returns the procedure that received values call; null if they are published. */
    @Nullable
    String procedure() {
        return options.call();
    }

    String publishChannel() {
        return options.publish() == null ? defaultChannel() : options.publish();
    }

    String deliverChannel() {
        return options.deliver() == null ? defaultChannel() : options.deliver();
    }

    private String defaultChannel() {
        return "socket/" + server().port();
    }

    /** Returns the frame of a publication, which all connections share; null if the send type cannot represent it. Event loop only. */
    @SuppressWarnings("ReferenceEquality") // a sentinel
    @Nullable
    Frame frame(Publication publication, SocketFormat format) {
        Encoding present = encoding;
        if (present == null) {
            present = each -> encode(each, format);
            encoding = present;
        }
        Frame frame = publication.encoded(present);
        return frame == INCONVERTIBLE ? null : frame;
    }

    private Frame encode(Publication publication, SocketFormat format) {
        try {
            return format.frame(publication.data());
        } catch (HeliographException inconvertible) {
            hub.report(inconvertible);
            return INCONVERTIBLE;
        }
    }

    /** Encodes a value as JSON. */
    Payload json(@Nullable Object value) {
        FrameBuilder builder = new FrameBuilder(Integer.MAX_VALUE - 8);
        if (value instanceof Payload payload) {
            payload.writeTo(hub.codec(), builder);
        } else {
            hub.codec().encode(value, builder);
        }
        return Payload.ofWellFormed(hub.codec(), builder.build());
    }
}
