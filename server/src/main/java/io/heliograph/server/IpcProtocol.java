package io.heliograph.server;

import io.heliograph.endpoint.PendingPublications;
import io.heliograph.exchange.ChannelPattern;
import io.heliograph.ipc.IpcServer;
import io.heliograph.realtime.SlowConsumer;
import io.heliograph.server.binding.IpcBinding;
import io.heliograph.server.hub.Binding;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** IPC topics over a Unix socket. The URL is {@code unix:PATH}. */
public final class IpcProtocol extends Protocol<IpcProtocol> {

    private PendingPublications.Policy slowConsumers = PendingPublications.Policy.CLOSE;
    private @Nullable List<ChannelPattern> deliver;
    private @Nullable Consumer<IpcServer.Builder> configuration;

    private @Nullable Consumer<IpcServer> onServer;

    IpcProtocol() {
        super("ipc", false, "unix");
    }

    /**
     * Selects the channels that a process of the hub's own user, or of root, receives until it subscribes by itself; it receives only those that
     * its principal may subscribe to. Processes of other users receive the channels to which they subscribe. Default: all channels; with
     * an engine that other servers share none, and then patterns with {@code *} are not possible, because a server does not receive channels
     * that nobody has requested there.
     *
     * @param patterns channels of the hub, or patterns; none to deliver requested channels only
     * @throws IllegalArgumentException if a pattern is invalid
     */
    public IpcProtocol deliver(String... patterns) {
        this.deliver = Stream.of(patterns).map(ChannelPattern::of).toList();
        return this;
    }

    /**
     * Selects the policy for publications to a client that reads too slowly, when {@code maxQueuedBytes} is reached, 16 MiB by default. Other
     * messages that do not fit close the connection. Default: {@link SlowConsumer#CLOSE}.
     */
    public IpcProtocol slowConsumers(SlowConsumer slowConsumers) {
        this.slowConsumers = switch (slowConsumers) {
            case CLOSE -> PendingPublications.Policy.CLOSE;
            case DROP_OLDEST_PER_CHANNEL -> PendingPublications.Policy.DROP_OLDEST;
            case CONFLATE_PER_CHANNEL -> PendingPublications.Policy.CONFLATE;
        };
        return this;
    }

    /** Changes options of the server, before it is built. Address, exchange, transport and dispatch are the hub's. */
    public IpcProtocol configure(Consumer<? super IpcServer.Builder> configuration) {
        this.configuration = and(this.configuration, configuration);
        return this;
    }

    /** Gives access to the server, after it is built and before it listens. */
    public IpcProtocol server(Consumer<? super IpcServer> action) {
        this.onServer = and(onServer, action);
        return this;
    }

    @Override
    Binding.Factory factory() {
        return (hub, listener) ->
                new IpcBinding(hub, listener, new IpcBinding.Options(deliver, slowConsumers), configuration, onServer);
    }
}
