package io.heliograph.server.http;

import io.heliograph.realtime.SlowConsumer;
import io.heliograph.server.ApiKey;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Options of the HTTP API, as {@link io.heliograph.server.HttpProtocol} describes them.
 *
 * @param keys keys by their hash
 * @param cookie name of the cookie with a token; null for none
 */
public record ApiOptions(
        Map<String, ApiKey> keys, @Nullable String cookie, int maxQueuedBytes, SlowConsumer slowConsumer) {}
