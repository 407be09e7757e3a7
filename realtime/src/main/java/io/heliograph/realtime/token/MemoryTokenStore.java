package io.heliograph.realtime.token;

import io.heliograph.realtime.TokenStore;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Token store in memory. Thread-safe. */
public final class MemoryTokenStore implements TokenStore {

    private final Map<String, String> tokens = new ConcurrentHashMap<>();

    @Override
    public CompletionStage<Void> saveToken(String name, String signedToken) {
        tokens.put(name, signedToken);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Optional<String>> removeToken(String name) {
        return CompletableFuture.completedFuture(Optional.ofNullable(tokens.remove(name)));
    }

    @Override
    public CompletionStage<Optional<String>> loadToken(String name) {
        return CompletableFuture.completedFuture(Optional.ofNullable(tokens.get(name)));
    }
}
