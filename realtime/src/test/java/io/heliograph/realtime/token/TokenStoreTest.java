package io.heliograph.realtime.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.realtime.TokenStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenStoreTest {

    @TempDir
    Path folder;

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private TokenStore store(String kind) {
        return kind.equals("memory") ? TokenStore.inMemory() : TokenStore.directory(folder.resolve("a/tokens"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory", "directory"})
    void tokenIsStoredUnderItsName(String kind) throws Exception {
        TokenStore store = store(kind);
        assertThat(get(store.loadToken("a"))).isEmpty();
        assertThat(get(store.removeToken("a"))).isEmpty();
        get(store.saveToken("a", "first"));
        get(store.saveToken("a", "second"));
        get(store.saveToken("../b:80/é", "other"));

        assertThat(get(store.loadToken("a"))).contains("second");
        assertThat(get(store.loadToken("../b:80/é"))).contains("other");
        assertThat(get(store.removeToken("a"))).contains("second");
        assertThat(get(store.loadToken("a"))).isEmpty();
    }

    @Test
    void filesAreAccessibleToOwnerOnly() throws Exception {
        get(store("directory").saveToken("a", "secret"));

        Path directory = folder.resolve("a/tokens");
        assertThat(Files.getPosixFilePermissions(directory)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            assertThat(Files.getPosixFilePermissions(all.getFirst()))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        }
    }

    @Test
    void operationsRunInOrder() throws Exception {
        TokenStore store = store("directory");
        CompletionStage<Optional<String>> last = store.loadToken("a");
        for (int i = 0; i < 50; i++) {
            store.saveToken("a", "token " + i);
            last = store.removeToken("a");
        }
        assertThat(get(last)).contains("token 49");
        assertThat(get(store.loadToken("a"))).isEmpty();
    }

    @Test
    void storeOfSameDirectoryLoadsToken() throws Exception {
        get(store("directory").saveToken("a", "t"));
        assertThat(get(store("directory").loadToken("a"))).contains("t");
    }

    @Test
    void uncreatableDirectoryFailsSave() throws IOException {
        Path file = Files.writeString(folder.resolve("a"), "in the way");
        assertThat(TokenStore.directory(file.resolve("tokens")).saveToken("a", "t"))
                .failsWithin(java.time.Duration.ofSeconds(10))
                .withThrowableThat()
                .withMessageContaining("token store");
    }
}
