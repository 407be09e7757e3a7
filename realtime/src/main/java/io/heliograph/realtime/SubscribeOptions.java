package io.heliograph.realtime;

import org.jspecify.annotations.Nullable;

/**
 * How a client subscribes to a channel.
 *
 * @param waitForAuth whether to wait until the client is authenticated
 * @param data what the server's middleware is given; null for nothing
 * @param priority channels of a higher one are subscribed first when a connection opens; not sent
 */
public record SubscribeOptions(
        boolean waitForAuth, @Nullable Object data, int priority) {

    private static final SubscribeOptions DEFAULTS = new SubscribeOptions(false, null, 0);

    /** At once, without data, of priority 0. */
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
