package io.heliograph.endpoint;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.notNegative;

import io.heliograph.Delay;
import java.time.Duration;

/**
 * When to try again.
 *
 * @param retryDelay the pause after an attempt that failed
 * @param reconnectDelay the pause between the loss of a connection and the first attempt to replace it
 * @param maxAttempts how many attempts in a row may fail before it gives up; 0 for no limit
 * @param maxElapsed how long attempts in a row may take before it gives up, counted from the first; zero for no limit
 * @param afterLoss whether a lost connection is replaced at all
 */
public record ReconnectPolicy(
        Delay retryDelay, Delay reconnectDelay, int maxAttempts, Duration maxElapsed, boolean afterLoss) {

    public ReconnectPolicy {
        checkArgument(maxAttempts >= 0, "maxAttempts: %s (expected: >= 0, 0 for no limit)", maxAttempts);
        notNegative("maxElapsed", maxElapsed);
    }

    /** Without limits, for ever. */
    public static ReconnectPolicy forever(Delay retryDelay, Delay reconnectDelay) {
        return new ReconnectPolicy(retryDelay, reconnectDelay, 0, Duration.ZERO, true);
    }
}
