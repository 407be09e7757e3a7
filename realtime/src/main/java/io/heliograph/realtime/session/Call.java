package io.heliograph.realtime.session;

import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.BlockableFuture;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.packet.WireErrors;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A request of this side that waits for its response: the future that the caller has. It completes on the executor given, or
 * where it is settled if that is null.
 *
 * @param <T> what the response is read as
 */
public final class Call<T> extends BlockableFuture<T> {

    public final String event;
    public final Duration timeout;
    private final TypeRef<T> type;
    private final @Nullable Executor executor;
    private final Cancellation cancellation;

    // Those of PendingCalls, on the loop.
    long id;
    long deadline;
    boolean pending;

    @Nullable
    Call<?> nextInPlace;

    @Nullable
    Call<?> earlier;

    @Nullable
    Call<?> later;

    /** Takes back a call that its caller cancelled; any thread. */
    public interface Cancellation {
        void cancelled(Call<?> call);
    }

    /**
     * @param event for errors
     * @param timeout how long the response may take
     */
    public Call(
            String event, TypeRef<T> type, Duration timeout, @Nullable Executor executor, Cancellation cancellation) {
        this.event = event;
        this.type = type;
        this.timeout = timeout;
        this.executor = executor;
        this.cancellation = cancellation;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        if (cancelled) {
            cancellation.cancelled(this);
        }
        return cancelled;
    }

    /** Settles it as a response says. */
    void settle(Payload data, Payload error) {
        run(() -> respond(data, error));
    }

    public void fail(Throwable cause) {
        run(() -> completeExceptionally(cause));
    }

    private void run(Runnable completion) {
        if (executor == null) {
            completion.run();
        } else {
            executor.execute(completion);
        }
    }

    private void respond(Payload data, Payload error) {
        try {
            Throwable failure = WireErrors.rehydrate(error);
            if (failure != null) {
                completeExceptionally(failure);
            } else {
                complete(value(data));
            }
        } catch (CodecException e) {
            completeExceptionally(new InvalidMessageException(
                    "the response for " + event + " is not a " + type + ": " + e.getMessage(), e));
        }
    }

    /** A response may be null whatever its type. */
    @SuppressWarnings({"unchecked", "NullAway"}) // a payload is a Payload
    private T value(Payload data) {
        return type.type() == Payload.class ? (T) data : data.as(type);
    }
}
