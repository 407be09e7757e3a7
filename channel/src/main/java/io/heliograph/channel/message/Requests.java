package io.heliograph.channel.message;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.DeadlineExceededException;
import io.heliograph.UnreachableException;
import io.heliograph.channel.DropReason;
import io.heliograph.channel.RequestFailedException;
import io.heliograph.channel.election.Counters;
import io.heliograph.codec.Payload;
import io.heliograph.endpoint.BlockableFuture;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The requests of this member that wait for an answer; on the loop. */
final class Requests {

    /** One request. */
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

    private final Map<Long, Pending> pending = new HashMap<>();
    private final EventLoop loop;
    private final Executor completing;
    private final Counters counters;

    /**
     * @param completing where answers are given to who waits for them
     */
    Requests(EventLoop loop, Executor completing, Counters counters) {
        this.loop = loop;
        this.completing = completing;
        this.counters = counters;
    }

    /** The clock of a request starts when it is made, whether it can be sent yet or not. */
    void begin(Pending request) {
        request.timer = loop.schedule(request.deadline, () -> {
            pending.values().remove(request);
            fail(
                    request,
                    new DeadlineExceededException("member "
                            + request.to
                            + " did not answer '"
                            + request.topic
                            + "' within "
                            + request.deadline));
        });
    }

    void sent(long number, Pending request) {
        if (!request.answer.isDone()) {
            pending.put(number, request);
        }
    }

    void answered(long number, Id from, Payload answer, boolean failure) {
        Pending request = pending.get(number);
        if (request == null || !request.to.equals(from)) {
            counters.drop(DropReason.LATE_REPLY);
            return;
        }
        pending.remove(number);
        cancel(request);
        completing.execute(() -> {
            if (failure) {
                request.answer.completeExceptionally(new RequestFailedException(String.valueOf(answer.value())));
            } else {
                request.answer.complete(answer);
            }
        });
    }

    void left(Id member) {
        for (Map.Entry<Long, Pending> entry : List.copyOf(pending.entrySet())) {
            if (entry.getValue().to.equals(member)) {
                pending.remove(entry.getKey());
                fail(
                        entry.getValue(),
                        new UnreachableException("member " + member + " has left before it answered", null));
            }
        }
    }

    void close() {
        List.copyOf(pending.values())
                .forEach(request -> fail(
                        request,
                        new ClosedException(
                                "the channel was closed before the answer came", new CloseReason.Local(), false)));
        pending.clear();
    }

    void fail(Pending request, RuntimeException why) {
        cancel(request);
        completing.execute(() -> request.answer.completeExceptionally(why));
    }

    private static void cancel(Pending request) {
        if (request.timer != null) {
            request.timer.cancel();
        }
    }
}
