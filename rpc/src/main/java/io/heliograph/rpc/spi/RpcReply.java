package io.heliograph.rpc.spi;

import org.jspecify.annotations.Nullable;

/** Answer to a call. The first answer counts; later ones have no effect. Thread-safe. */
public interface RpcReply {

    /**
     * Answers with a result.
     *
     * @param result any value that the codec can encode, or a payload, whose bytes are copied if their format is that of the request
     */
    void succeed(@Nullable Object result);

    /**
     * Answers with an error.
     *
     * @param data any value that the codec can encode, or a payload; sent also if it is null
     */
    void fail(int code, String message, @Nullable Object data);
}
