package io.heliograph.realtime;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.codec.TypeRef;
import org.jspecify.annotations.Nullable;

/**
 * Options of a client's subscription to a channel.
 *
 * @param waitForAuth whether the subscription waits until the client is authenticated
 * @param data data for the server's middleware; null for no data
 * @param priority order of subscribing on a new connection, highest first; not sent
 */
public record SubscribeOptions(
        boolean waitForAuth, @Nullable Object data, int priority) {

    private static final SubscribeOptions DEFAULTS = new SubscribeOptions(false, null, 0);

    public SubscribeOptions {
        checkArgument(
                !(data instanceof Class<?> || data instanceof TypeRef<?>),
                "data: %s (expected: a value; the type of the publications is an argument of channel)",
                data);
    }

    /** Returns the defaults: no wait for authentication, no data, priority 0. */
    public static SubscribeOptions defaults() {
        return DEFAULTS;
    }

    public SubscribeOptions waitingForAuth() {
        return new SubscribeOptions(true, data, priority);
    }

    public SubscribeOptions withData(@Nullable Object data) {
        return new SubscribeOptions(waitForAuth, data, priority);
    }

    public SubscribeOptions withPriority(int priority) {
        return new SubscribeOptions(waitForAuth, data, priority);
    }
}
