package io.heliograph.realtime;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.codec.TypeRef;
import io.heliograph.exchange.Position;
import org.jspecify.annotations.Nullable;

/**
 * Options of a client's subscription to a channel.
 *
 * @param waitForAuth whether the subscription waits until the client is authenticated
 * @param data data for the server's middleware; null for no data
 * @param priority order of subscribing on a new connection, highest first; not sent
 * @param since position after which the subscription begins; null to begin with the next publication. Has no effect without {@code
 *     recovery} of the client, or once the client has received a position of the channel
 */
public record SubscribeOptions(
        boolean waitForAuth,
        @Nullable Object data,
        int priority,
        @Nullable Position since) {

    private static final SubscribeOptions DEFAULTS = new SubscribeOptions(false, null, 0, null);

    public SubscribeOptions {
        checkArgument(
                !(data instanceof Class<?> || data instanceof TypeRef<?>),
                "data: %s (expected: a value; the type of the publications is an argument of channel)",
                data);
    }

    /** Returns the defaults: no wait for authentication, no data, priority 0, no position. */
    public static SubscribeOptions defaults() {
        return DEFAULTS;
    }

    public SubscribeOptions waitingForAuth() {
        return new SubscribeOptions(true, data, priority, since);
    }

    public SubscribeOptions withData(@Nullable Object data) {
        return new SubscribeOptions(waitForAuth, data, priority, since);
    }

    public SubscribeOptions withPriority(int priority) {
        return new SubscribeOptions(waitForAuth, data, priority, since);
    }

    /** Begins after {@code since}, such as a {@link RealtimeChannel#position()} of an earlier client. */
    public SubscribeOptions withSince(@Nullable Position since) {
        return new SubscribeOptions(waitForAuth, data, priority, since);
    }
}
