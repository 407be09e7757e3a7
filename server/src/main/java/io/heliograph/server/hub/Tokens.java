package io.heliograph.server.hub;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Keys of tokens: the first signs, all verify. */
public final class Tokens {

    private final List<String> keys;

    Tokens(List<String> keys) {
        this.keys = keys;
    }

    public List<String> keys() {
        return keys;
    }

    CompletableFuture<Map<String, Object>> verify(String token) {
        return CompletableFuture.failedFuture(HubErrors.invalidToken("no key"));
    }
}
