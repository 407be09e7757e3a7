package io.heliograph.exchange.spi;

import io.heliograph.exchange.HistoryLimits;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Options of an engine that is selected by a URL.
 *
 * @param url address of the engine without user and password, such as {@code redis://host:6379}
 * @param user user of the engine; null for the default user
 * @param password password; null for none
 * @param keyPrefix prefix of all keys, which divides deployments that share an engine; null for the default
 * @param node name of this node; null for the default
 * @param nodeTtl time of silence after which a node is declared dead; null for the default
 * @param queueWhileDisconnected whether publications wait while the engine is not reachable, within the limits of the engine, or fail at once
 * @param history limits for each channel
 */
public record EngineOptions(
        String url,
        @Nullable String user,
        @Nullable String password,
        @Nullable String keyPrefix,
        @Nullable String node,
        @Nullable Duration nodeTtl,
        boolean queueWhileDisconnected,
        Function<? super String, HistoryLimits> history) {

    /** Returns a description without the password. */
    @Override
    public String toString() {
        return "engine " + url;
    }
}
