package io.heliograph.transport.netty;

import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import org.jspecify.annotations.Nullable;

/** The bodies of the requests of one connection, one at a time, within the limit of all connections. Event loop only. */
final class RequestBody {

    private final HttpConnections connections;
    private @Nullable FrameBuilder body;
    private long reserved;

    RequestBody(HttpConnections connections) {
        this.connections = connections;
    }

    /**
     * Appends bytes.
     *
     * @return 0, or the status of the refusal: 413 if the body is too long, 503 if the unfinished requests and messages
     *     of the port exceed their limit
     */
    int append(ByteBuf bytes) {
        int length = bytes.readableBytes();
        if (length == 0) {
            return 0;
        }
        if (!connections.reserve(length)) {
            return 503;
        }
        reserved += length;
        if (body == null) {
            body = new FrameBuilder(connections.options().maxBodyBytes());
        }
        body.write(ByteBufUtil.getBytes(bytes));
        return body.isOverLimit() ? 413 : 0;
    }

    /** Returns the whole body. It counts against the limit until {@link #release}. */
    Frame take() {
        Frame whole = body == null ? Frame.empty() : body.build();
        body = null;
        return whole;
    }

    void release() {
        body = null;
        connections.release(reserved);
        reserved = 0;
    }
}
