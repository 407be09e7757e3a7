package io.heliograph.realtime;

import io.heliograph.realtime.token.DirectoryTokenStore;
import io.heliograph.realtime.token.MemoryTokenStore;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Store of a client's signed token, which the client presents at each connection.
 *
 * <p>Several clients may share a store; the name distinguishes their tokens. A store is called on event loops and must not block. A
 * failure to save or remove is reported as a {@link ClientEvent.Failure}; a failure to load closes the attempt to connect with the
 * code 4003.
 */
public interface TokenStore {

    /** Saves a token under this name, replacing the previous token. */
    CompletionStage<Void> saveToken(String name, String signedToken);

    /**
     * Removes the token of this name.
     *
     * @return removed token, if any
     */
    CompletionStage<Optional<String>> removeToken(String name);

    /** Loads the token of this name, if any. */
    CompletionStage<Optional<String>> loadToken(String name);

    /** Creates a store in memory. */
    static TokenStore inMemory() {
        return new MemoryTokenStore();
    }

    /**
     * Creates a store with one file per name. Only the owner can read and write the files where the file system supports owners.
     *
     * <p>Files are replaced atomically: a reader in another process reads the old or the new token. Files are read and written on virtual
     * threads, in the order of the calls.
     *
     * @param directory directory of the files, created with its parents when needed
     */
    static TokenStore directory(Path directory) {
        return new DirectoryTokenStore(directory);
    }
}
