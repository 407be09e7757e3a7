package io.heliograph.server;

import static io.heliograph.internal.Check.checkArgument;
import static io.heliograph.internal.Check.positive;

import io.heliograph.realtime.SlowConsumer;
import io.heliograph.server.http.ApiOptions;
import io.heliograph.server.http.HttpBinding;
import io.heliograph.server.hub.Binding;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * HTTP API for programs, and server-sent events for programs and browsers. The URL is {@code http://HOST:PORT/PATH}, by custom with the path
 * {@code /api}; the port may be that of listeners for WebSocket.
 */
public final class HttpProtocol extends Protocol<HttpProtocol> {

    private final Map<String, ApiKey> keys = new LinkedHashMap<>();
    private @Nullable String cookie;
    private int maxQueuedBytes = 1 << 20;
    private SlowConsumer slowConsumer = SlowConsumer.CLOSE;

    HttpProtocol() {
        super("http", false, "http", "https");
    }

    /**
     * Adds keys. A request presents its secret as {@code Authorization: Bearer SECRET}. Default: none; then requests present tokens of {@link
     * HubBuilder#authKey}.
     *
     * @throws IllegalArgumentException if two keys have one hash
     */
    public HttpProtocol keys(ApiKey... keys) {
        for (ApiKey key : keys) {
            checkArgument(this.keys.put(key.hash(), key) == null, "keys: '%s' has the hash of another key", key.name());
        }
        return this;
    }

    /**
     * Selects the cookie with a token of {@link HubBuilder#authKey}, by which the pages of a browser authenticate when they subscribe. Default:
     * none; without a header {@code Authorization} a subscriber is anonymous.
     */
    public HttpProtocol cookie(String name) {
        checkArgument(name.matches("[A-Za-z0-9_.-]+"), "cookie: '%s' (expected: letters, digits, - . and _)", name);
        this.cookie = name;
        return this;
    }

    /**
     * Limits the bytes queued for one stream of events; {@link #slowConsumer} selects the policy at the limit. Default: 1 MiB. Must be positive.
     */
    public HttpProtocol maxQueuedBytes(int maxQueuedBytes) {
        this.maxQueuedBytes = positive("maxQueuedBytes", maxQueuedBytes);
        return this;
    }

    /**
     * Selects the policy for slow consumers. Default: {@link SlowConsumer#CLOSE}; a browser then connects again and receives what it missed.
     */
    public HttpProtocol slowConsumer(SlowConsumer slowConsumer) {
        this.slowConsumer = slowConsumer;
        return this;
    }

    @Override
    Binding.Factory factory() {
        ApiOptions options = new ApiOptions(Map.copyOf(keys), cookie, maxQueuedBytes, slowConsumer);
        return (hub, listener) -> new HttpBinding(hub, listener, options);
    }
}
