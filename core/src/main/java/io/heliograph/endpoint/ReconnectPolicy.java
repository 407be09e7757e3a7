package io.heliograph.endpoint;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.notNegative;

import io.heliograph.Delay;
import java.time.Duration;

/**
 * Delays and limits of the attempts to connect.
 *
 * @param retryDelay delay after a failed attempt
 * @param reconnectDelay delay between the loss of a connection and the first attempt to reconnect
 * @param maxAttempts maximum number of consecutive failed attempts; 0 for no limit
 * @param maxElapsed maximum time of consecutive failed attempts, from the start of the first; zero for no limit
 * @param afterLoss whether to reconnect after the loss of a connection
 */
public record ReconnectPolicy(
        Delay retryDelay, Delay reconnectDelay, int maxAttempts, Duration maxElapsed, boolean afterLoss) {

    public ReconnectPolicy {
        checkArgument(maxAttempts >= 0, "maxAttempts: %s (expected: >= 0, 0 for no limit)", maxAttempts);
        notNegative("maxElapsed", maxElapsed);
    }

    /** Returns a policy without limits. */
    public static ReconnectPolicy forever(Delay retryDelay, Delay reconnectDelay) {
        return new ReconnectPolicy(retryDelay, reconnectDelay, 0, Duration.ZERO, true);
    }
}
