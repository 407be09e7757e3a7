package io.heliograph.rpc;

import static io.heliograph.internal.Check.notNegative;

import java.time.Duration;

/**
 * Options of one call.
 *
 * @param timeout time until the call fails; zero for no limit
 * @param binary whether the request is sent as a binary message even in JSON. The response to a request in JSON is a
 *     text message in any case
 */
public record CallOptions(Duration timeout, boolean binary) {

    public CallOptions {
        notNegative("timeout", timeout);
    }

    public static CallOptions timeout(Duration timeout) {
        return new CallOptions(timeout, false);
    }
}
