package io.heliograph.rpc.client;

import io.heliograph.CloseReason;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Delay that a server selects for the next attempt to connect, in the reason of its close frame: {@code retry=MS} with code 1012. */
final class RetryHint {

    private static final int SERVICE_RESTART = 1012;
    private static final Pattern RETRY = Pattern.compile("retry=(\\d{1,9})");
    private static final Duration MAX = Duration.ofMinutes(1);

    private RetryHint() {}

    /** Returns the delay, at most a minute; null if the server has selected none. */
    static @Nullable Duration of(CloseReason reason) {
        if (reason instanceof CloseReason.Remote remote && remote.code() == SERVICE_RESTART) {
            Matcher retry = RETRY.matcher(remote.text());
            if (retry.matches()) {
                Duration delay = Duration.ofMillis(Long.parseLong(retry.group(1)));
                return delay.compareTo(MAX) > 0 ? MAX : delay;
            }
        }
        return null;
    }
}
