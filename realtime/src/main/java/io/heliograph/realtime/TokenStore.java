package io.heliograph.realtime;

import io.heliograph.realtime.token.DirectoryTokenStore;
import io.heliograph.realtime.token.MemoryTokenStore;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Where a client keeps the signed token that it was given, to present it when it connects again.
 *
 * <p>A store may serve several clients; the name tells them apart. It is called on event loops, so it must not block; what takes
 * time is answered later. A failure to save or remove is a {@link ClientEvent.Failure} and nothing more; a failure to load ends
 * the attempt to connect with the code 4003.
 */
public interface TokenStore {

    /** Keeps a token in place of the one kept under this name. */
    CompletionStage<Void> saveToken(String name, String signedToken);

    /**
     * Forgets the token kept under this name.
     *
     * @return the token that was forgotten, if there was one
     */
    CompletionStage<Optional<String>> removeToken(String name);

    /** The token kept under this name, if there is one. */
    CompletionStage<Optional<String>> loadToken(String name);

    /** A new store in memory, which forgets with the process. */
    static TokenStore inMemory() {
        return new MemoryTokenStore();
    }

    /**
     * A store in files, one for each name, which only their owner can read and write where the file system knows owners.
     *
     * <p>A file is replaced in one step, so that a reader in another process sees the old or the new token. The files are read
     * and written on virtual threads, in the order of the calls.
     *
     * @param directory made when it is needed, with its parents
     */
    static TokenStore directory(Path directory) {
        return new DirectoryTokenStore(directory);
    }
}
