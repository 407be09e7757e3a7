package io.heliograph.realtime;

import io.heliograph.codec.Payload;
import org.jspecify.annotations.Nullable;

/** Event of a channel of a client. Each kind has the name and the fields of the original's event; recovery and gaps are added. */
public sealed interface ChannelEvent {

    record Subscribe(SubscribeOptions subscriptionOptions, ChannelRecovery recovery) implements ChannelEvent {}

    record SubscribeStateChange(
            ChannelState oldChannelState,
            ChannelState newChannelState,
            @Nullable SubscribeOptions subscriptionOptions) implements ChannelEvent {}

    record SubscribeFail(Throwable error, SubscribeOptions subscriptionOptions) implements ChannelEvent {}

    record Unsubscribe() implements ChannelEvent {}

    record KickOut(Payload message) implements ChannelEvent {}

    /**
     * Publications are missing between the last publication and the next one. Emitted also after a recovery that was not possible.
     *
     * @param reason reason as in {@link ChannelRecovery}, or {@code conflated} if the server keeps only the latest publication for a slow
     *     client
     */
    record Gap(String reason) implements ChannelEvent {}
}
