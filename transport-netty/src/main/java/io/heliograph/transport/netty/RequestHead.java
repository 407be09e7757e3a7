package io.heliograph.transport.netty;

import io.heliograph.transport.HttpOptions;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;

/** Checks of the head of a request. */
final class RequestHead {

    private RequestHead() {}

    /** Returns 0, or the status of the refusal of a head that could not be decoded or is too long. */
    static int refusal(HttpRequest head, HttpOptions options) {
        if (head.decoderResult().isFailure()) {
            return head.decoderResult().cause() instanceof TooLongFrameException ? 431 : 400;
        }
        return bytes(head) > options.maxHeaderBytes() ? 431 : 0;
    }

    /** Returns 0, or the status of the refusal for the announced body. */
    static int bodyRefusal(HttpRequest head, HttpOptions options) {
        if (HttpUtil.getContentLength(head, 0L) > options.maxBodyBytes()) {
            return 413;
        }
        return head.headers().contains("Expect") && !HttpUtil.is100ContinueExpected(head) ? 417 : 0;
    }

    /** The size of request line and fields together; Netty limits them separately. */
    private static long bytes(HttpRequest head) {
        long bytes = head.method().name().length() + head.uri().length() + 12L;
        var fields = head.headers().iteratorCharSequence();
        while (fields.hasNext()) {
            var field = fields.next();
            bytes += field.getKey().length() + field.getValue().length() + 4L;
        }
        return bytes;
    }
}
