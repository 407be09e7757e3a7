package io.heliograph.transport.netty;

import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.transport.UnfinishedMessages;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import org.jspecify.annotations.Nullable;

/** The bodies of the requests of one connection, one at a time, within the limit of all connections. Event loop only. */
final class RequestBody {

    private final int maxBytes;
    private final UnfinishedMessages.Account unfinished;
    private @Nullable FrameBuilder body;
    private int length;

    RequestBody(int maxBytes, UnfinishedMessages.Account unfinished) {
        this.maxBytes = maxBytes;
        this.unfinished = unfinished;
    }

    /**
     * Appends bytes.
     *
     * @return 0, or the status of the refusal: 413 if the body is too long, 503 if the unfinished requests and messages
     *     of the port exceed their limit
     */
    int append(ByteBuf bytes) {
        if (!bytes.isReadable()) {
            return 0;
        }
        if (bytes.readableBytes() > maxBytes - length) {
            return 413;
        }
        length += bytes.readableBytes();
        if (!unfinished.set(length)) {
            return 503;
        }
        if (body == null) {
            body = new FrameBuilder(maxBytes);
        }
        body.write(ByteBufUtil.getBytes(bytes));
        return 0;
    }

    /** Returns the whole body. It counts against the limit until {@link #release}. */
    Frame take() {
        Frame whole = body == null ? Frame.empty() : body.build();
        body = null;
        return whole;
    }

    void release() {
        body = null;
        length = 0;
        unfinished.end();
    }
}
