package io.heliograph.realtime.client;

import io.heliograph.endpoint.BlockableFuture;
import io.heliograph.exchange.Position;
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

    // Event loop only: id of the pending request, its options, and its position; null without recovery.
    @Nullable
    String request;

    SubscribeOptions requested = SubscribeOptions.defaults();

    @Nullable
    String since;

    /** Position of the last publication; null without a position of the server. Written on the event loop. */
    volatile @Nullable Position position;

    /**
     * Whether publications are dropped until the server has confirmed the subscription again, because the server sends them again from
     * the position on. Event loop only.
     */
    boolean rewinding;

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
