package io.heliograph.realtime.client;

import io.heliograph.endpoint.BlockableFuture;
import io.heliograph.realtime.ChannelState;
import io.heliograph.realtime.SubscribeOptions;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Subscription of a client to a channel, requested or confirmed. */
final class ChannelSubscription {

    final String name;

    // Guarded by the ClientChannels.
    SubscribeOptions options;
    ChannelState state = ChannelState.PENDING;

    /** Completes when the server confirms the subscription; replaced when the connection is lost. Guarded by the ClientChannels. */
    private BlockableFuture<Void> confirmation = new BlockableFuture<>();

    // Event loop only: id of the pending request, and its options.
    @Nullable
    String request;

    SubscribeOptions requested = SubscribeOptions.defaults();

    ChannelSubscription(String name, SubscribeOptions options) {
        this.name = name;
        this.options = options;
    }

    /** Returns the future of the confirmation. Guarded by the ClientChannels. */
    CompletableFuture<Void> confirmation() {
        return confirmation;
    }

    /** Starts to wait for another confirmation. Guarded by the ClientChannels. */
    void suspend() {
        state = ChannelState.PENDING;
        confirmation = new BlockableFuture<>();
    }
}
