package io.heliograph.channel.message;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.DeadlineExceededException;
import io.heliograph.DropReason;
import io.heliograph.UnreachableException;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.BlockableFuture;
import io.heliograph.endpoint.Counters;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Pending requests of this member. Event loop only. */
final class Requests {

    /** A pending request. */
    static final class Pending {

        final Id to;
        final String topic;
        final Duration deadline;
        final CompletableFuture<Payload> answer = new BlockableFuture<>();
        private EventLoop.@Nullable Timer timer;

        Pending(Id to, String topic, Duration deadline) {
            this.to = to;
            this.topic = topic;
            this.deadline = deadline;
        }
    }

    private final Map<Long, Pending> byNumber = new HashMap<>();
    private final EventLoop loop;
    private final Executor completions;
    private final Counters counters;

    /**
     * @param completions executor that completes the answers
     */
    Requests(EventLoop loop, Executor completions, Counters counters) {
        this.loop = loop;
        this.completions = completions;
        this.counters = counters;
    }

    /** Starts the deadline of a request, which also covers the time until the request can be sent. */
    void begin(Pending request) {
        request.timer = loop.schedule(request.deadline, () -> {
            byNumber.values().remove(request);
            fail(
                    request,
                    new DeadlineExceededException("member " + request.to + " did not answer '" + request.topic
                            + "' within " + request.deadline));
        });
    }

    void sent(long number, Pending request) {
        if (!request.answer.isDone()) {
            byNumber.put(number, request);
        }
    }

    void answered(long number, Id from, Payload answer, boolean failure) {
        Pending request = byNumber.get(number);
        if (request == null || !request.to.equals(from)) {
            counters.drop(DropReason.LATE_REPLY, 1);
            return;
        }
        byNumber.remove(number);
        cancelTimer(request);
        completions.execute(() -> {
            if (failure) {
                request.answer.completeExceptionally(FailurePayload.decode(answer));
            } else {
                request.answer.complete(answer);
            }
        });
    }

    void left(Id member) {
        for (Map.Entry<Long, Pending> entry : List.copyOf(byNumber.entrySet())) {
            if (entry.getValue().to.equals(member)) {
                byNumber.remove(entry.getKey());
                fail(
                        entry.getValue(),
                        new UnreachableException("member " + member + " has left before it answered", null));
            }
        }
    }

    void close() {
        List.copyOf(byNumber.values())
                .forEach(request -> fail(
                        request,
                        new ClosedException(
                                "the channel was closed before the answer arrived", new CloseReason.Local(), false)));
        byNumber.clear();
    }

    void fail(Pending request, RuntimeException failure) {
        cancelTimer(request);
        completions.execute(() -> request.answer.completeExceptionally(failure));
    }

    private static void cancelTimer(Pending request) {
        if (request.timer != null) {
            request.timer.cancel();
        }
    }
}
