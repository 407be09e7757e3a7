package io.heliograph.rpc;

import io.heliograph.codec.Payload;
import io.heliograph.endpoint.BlockableFuture;
import io.heliograph.frame.Frame;
import io.heliograph.transport.EventLoop;
import java.lang.reflect.Type;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A call that waits for its answer. */
final class PendingCall<T extends @Nullable Object> extends BlockableFuture<T> {

    private static final String MALFORMED =
            "Server response malformed. Response must include either \"result\" or \"error\", but not both.";

    private final Object key;
    private final Type type;
    private final Map<Object, PendingCall<?>> table;
    private volatile EventLoop.@Nullable Timer timer;

    PendingCall(Object key, Type type, Map<Object, PendingCall<?>> table) {
        this.key = key;
        this.type = type;
        this.table = table;
    }

    void timer(EventLoop.Timer set) {
        timer = set;
    }

    /** Takes it out of the table; whether this call is the one that did. */
    boolean take() {
        return table.remove(key, this);
    }

    /** Ends the wait; an answer that comes later is ignored. */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        take();
        return super.cancel(mayInterruptIfRunning);
    }

    /** Settles it with a response that had these members; where listeners run. */
    void settle(Dialect dialect, @Nullable Frame result, @Nullable Frame error) {
        EventLoop.Timer set = timer;
        if (set != null) {
            set.cancel();
        }
        try {
            if (result != null && error == null) {
                complete(value(dialect, result));
            } else if (error != null && result == null) {
                completeExceptionally(
                        dialect.isFalsy(error)
                                ? new MalformedResponseException("an error that says nothing")
                                : RpcException.of(Payload.of(dialect.codec, error)));
            } else {
                completeExceptionally(new MalformedResponseException(MALFORMED));
            }
        } catch (RuntimeException e) {
            completeExceptionally(e);
        }
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // the codec was asked for this type
    private T value(Dialect dialect, Frame result) {
        if (type == Payload.class) {
            return (T) Payload.of(dialect.codec, result);
        }
        return (T) (type == Void.class || type == void.class ? null : dialect.decode(result, type));
    }
}
