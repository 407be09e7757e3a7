package io.heliograph.server;

import io.heliograph.channel.MessageChannel;
import io.heliograph.server.binding.ChannelBinding;
import io.heliograph.server.hub.Binding;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Message channel, of which the hub is a member. The URL is {@code channel:NAME}.
 *
 * <p>A message to all members, or to the hub's member, is a publication in the channel {@code NAME/topic}; publications of others are sent
 * to all members. A request to the hub's member calls the procedure of that name. {@link io.heliograph.channel.MessageChannel#hub()} is the
 * hub's member. Rules apply to topics instead of the prefix {@code NAME/}. The members are processes of one user, so all receive the same
 * channels: those that one of them may subscribe to.
 */
public final class ChannelProtocol extends Protocol<ChannelProtocol> {

    private @Nullable Consumer<MessageChannel.Builder> configuration;

    private @Nullable Consumer<MessageChannel> onServer;

    ChannelProtocol() {
        super("channel", false, "channel");
    }

    /** Changes options of the member, before it is built. Address, exchange, transport and dispatch are the hub's. */
    public ChannelProtocol configure(Consumer<? super MessageChannel.Builder> configuration) {
        this.configuration = and(this.configuration, configuration);
        return this;
    }

    /** Gives access to the member, after it is built and before it listens. */
    public ChannelProtocol server(Consumer<? super MessageChannel> action) {
        this.onServer = and(onServer, action);
        return this;
    }

    @Override
    Binding.Factory factory() {
        return (hub, listener) -> new ChannelBinding(hub, listener, configuration, onServer);
    }
}
