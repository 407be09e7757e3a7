package io.heliograph.server;

import io.heliograph.codec.Payload;
import org.jspecify.annotations.Nullable;

/**
 * Check of the publications of clients, whatever their protocol: it may replace or reject the data. Publications of the program itself do not
 * pass it.
 *
 * <p>Called on the event loop of the connection, after the {@link Authority} has allowed the publication, and must not block.
 */
@FunctionalInterface
public interface PublicationFilter {

    /**
     * Returns the data to publish: {@code data}, or any value that the codec can encode.
     *
     * @param data data of the client, {@linkplain Payload#isPresent absent} without any
     * @throws Exception a {@link CallException} is sent to the client; of any other exception the client learns only that the publication has
     *     failed, and {@link Hub#onError} receives it
     */
    @Nullable
    Object apply(Connection publisher, String channel, Payload data) throws Exception;
}
