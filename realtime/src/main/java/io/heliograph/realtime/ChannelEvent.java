package io.heliograph.realtime;

import io.heliograph.codec.Payload;
import org.jspecify.annotations.Nullable;

/** Event of a channel of a client. Each kind has the name and the fields of the original's event. */
public sealed interface ChannelEvent {

    record Subscribe(SubscribeOptions subscriptionOptions) implements ChannelEvent {}

    record SubscribeStateChange(
            ChannelState oldChannelState,
            ChannelState newChannelState,
            @Nullable SubscribeOptions subscriptionOptions) implements ChannelEvent {}

    record SubscribeFail(Throwable error, SubscribeOptions subscriptionOptions) implements ChannelEvent {}

    record Unsubscribe() implements ChannelEvent {}

    record KickOut(Payload message) implements ChannelEvent {}
}
