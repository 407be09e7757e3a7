package io.heliograph.rpc;

import static io.heliograph.internal.Check.notNegative;

import java.time.Duration;

/**
 * How one call is made.
 *
 * @param timeout how long to wait for the answer; zero for no limit
 * @param binary whether the request goes as a binary message, whatever the codec; the answer to JSON is a text all the same
 */
public record CallOptions(Duration timeout, boolean binary) {

    public CallOptions {
        notNegative("timeout", timeout);
    }

    public static CallOptions timeout(Duration timeout) {
        return new CallOptions(timeout, false);
    }
}
