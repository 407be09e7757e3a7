package io.heliograph.rpc.server;

import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import io.heliograph.rpc.wire.Dialect;
import io.heliograph.rpc.wire.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Several requests in one message, processed one after another and answered by one message. Event loop only. */
final class Batch {

    private final ServerSession session;
    private final Dialect dialect;
    private final List<Frame> requests;
    private final int size;
    private final @Nullable ErrorCode rejection;
    private final List<Frame> responses = new ArrayList<>();
    private long responseBytes;
    private boolean tooLong;
    private int next;
    private boolean running;
    private boolean completed;

    /**
     * Creates a batch.
     *
     * @param size length of the message
     * @param rejection error of the calls, which are not accepted; null to accept them
     */
    Batch(ServerSession session, Dialect dialect, List<Frame> requests, int size, @Nullable ErrorCode rejection) {
        this.session = session;
        this.dialect = dialect;
        this.requests = requests;
        this.size = size;
        this.rejection = rejection;
    }

    /** Processes requests until one completes asynchronously; after the last request, sends the responses. */
    void run() {
        running = true;
        while (next < requests.size()) {
            if (!session.isOpen()) {
                end();
                return;
            }
            completed = false;
            session.request(dialect, requests.get(next++), this);
            if (!completed) {
                running = false;
                return;
            }
        }
        if (tooLong || !responses.isEmpty()) {
            session.respond(response());
        }
        end();
    }

    private void end() {
        session.work().takeResponses(responseBytes);
        responses.clear();
        responseBytes = 0;
        if (rejection == null) {
            session.work().ended(size);
        }
    }

    /** Returns the error of calls, or null if calls are accepted. */
    @Nullable
    ErrorCode rejection() {
        return rejection;
    }

    /** Adds a response. Responses that do not fit into one message are not kept: the answer to the batch is an error. */
    private void add(Frame response) {
        int bytes = response.length() + 1;
        if (!tooLong
                && responseBytes + bytes <= session.maxMessageBytes()
                && session.work().keepResponse(bytes)) {
            responseBytes += bytes;
            responses.add(response);
            return;
        }
        tooLong = true;
        session.work().takeResponses(responseBytes);
        responses.clear();
        responseBytes = 0;
    }

    private Frame response() {
        try {
            if (tooLong) {
                throw new CodecException(
                        "responses of more than " + session.maxMessageBytes() + " bytes to a batch, or to all batches",
                        null);
            }
            return dialect.array(responses);
        } catch (CodecException e) {
            session.batchFailed(e);
            return new Request(session, dialect, dialect.isJson(), null, null).error(ErrorCode.INTERNAL_ERROR, null);
        }
    }

    /**
     * Completes the current request. Thread-safe.
     *
     * @param response null if the request is not answered
     */
    void complete(@Nullable Frame response) {
        session.onLoop(() -> {
            if (response != null) {
                add(response);
            }
            completed = true;
            if (!running) {
                run();
            }
        });
    }
}
