package io.heliograph.rpc;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A method of a server, as a client calls it. Immutable and thread-safe.
 *
 * @param <R> the type of the result
 */
public interface RemoteMethod<R> {

    /**
     * Calls the method.
     *
     * @param params null to send no parameters
     * @return the result, which may be null
     * @throws IllegalArgumentException if the parameters are a {@code Class} or a {@code TypeRef}
     */
    CompletableFuture<R> call(@Nullable Object params);

    /** Returns this method with other call options. */
    RemoteMethod<R> with(CallOptions options);
}
