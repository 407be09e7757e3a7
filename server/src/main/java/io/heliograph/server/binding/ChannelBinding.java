package io.heliograph.server.binding;

import io.heliograph.EndpointStats;
import io.heliograph.channel.MessageChannel;
import io.heliograph.server.hub.Binding;
import io.heliograph.server.hub.HubCore;
import io.heliograph.server.hub.HubListener;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Binding of a listener of the protocol channel. */
public final class ChannelBinding implements Binding {

    public ChannelBinding(
            HubCore hub,
            HubListener listener,
            @Nullable Consumer<MessageChannel.Builder> configuration,
            @Nullable Consumer<MessageChannel> onServer) {}

    @Override
    public CompletableFuture<Void> listen() {
        return CompletableFuture.failedFuture(new IllegalStateException("channel is not bound yet"));
    }

    @Override
    public String url() {
        throw new IllegalStateException("channel is not bound yet");
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public EndpointStats stats() {
        throw new IllegalStateException("channel is not bound yet");
    }
}
