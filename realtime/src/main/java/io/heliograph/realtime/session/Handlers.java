package io.heliograph.realtime.session;

import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.Pausable;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.endpoint.StreamBudget;
import io.heliograph.internal.Nullness;
import io.heliograph.internal.Printable;
import io.heliograph.realtime.InvalidActionException;
import io.heliograph.realtime.InvalidArgumentsException;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.ProcedureFunction;
import io.heliograph.realtime.ProcedureListener;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.Request;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Receivers and procedures of one peer, with typed data. Thread-safe. */
final class Handlers {

    private static final int MAX_SHOWN = 200;

    final StreamMultiplexer<Payload> receivers;
    final StreamMultiplexer<PendingRequest<Payload>> procedures;

    private final Reports reports;

    /** Receiver of failures. Thread-safe. */
    interface Reports {

        /** Reports data of the peer that cannot be read. */
        void invalidData(InvalidMessageException failure);

        /**
         * Reports an exception of user code.
         *
         * @param what name of the receiver or procedure, such as {@code procedure=sum}
         */
        void userCode(String what, Throwable failure);

        /** Handles an event without a receiver. */
        void unreceived(String event, Payload data);

        /** Handles a request without a procedure. */
        void unserved(PendingRequest<Payload> request);
    }

    /**
     * @param capacity number of items after which a stream pauses the pausable; positive
     * @param budget limit in bytes of the items that all streams hold
     */
    Handlers(SerialExecutor executor, Pausable pausable, int capacity, StreamBudget budget, Reports reports) {
        this.reports = reports;
        this.receivers = new StreamMultiplexer<Payload>(
                        "receiver",
                        executor,
                        pausable,
                        capacity,
                        (name, failure) -> failed("receiver", name, failure),
                        (name, data) -> reports.unreceived(name, data))
                .limitBytes(budget, Payload::size);
        this.procedures = new StreamMultiplexer<PendingRequest<Payload>>(
                        "procedure",
                        executor,
                        pausable,
                        capacity,
                        (name, failure) -> failed("procedure", name, failure),
                        (name, request) -> reports.unserved(request))
                .limitBytes(budget, PendingRequest::size);
    }

    private void failed(String kind, String name, Throwable failure) {
        if (failure instanceof InvalidMessageException invalid) {
            reports.invalidData(invalid);
        } else {
            reports.userCode(described(kind, name), failure);
        }
    }

    /** Returns a description of a handler for logs. */
    static String described(String kind, String name) {
        return kind + "=" + name;
    }

    /** Ends all handlers at once. */
    void killAll() {
        receivers.killAll();
        procedures.killAll();
    }

    /** Ends all handlers after their buffered items, and later handlers at once. */
    void finish() {
        receivers.finish();
        procedures.finish();
    }

    long backpressure() {
        return Math.max(receivers.backpressure(), procedures.backpressure());
    }

    <T> EventStream<T> receiver(String event, TypeRef<T> type) {
        return receivers.stream(event, data -> typed(event, type, data));
    }

    <T> Subscription onReceiver(String event, TypeRef<T> type, Consumer<? super T> listener) {
        return receivers.on(event, data -> listener.accept(typed(event, type, data)));
    }

    <T> EventStream<Request<T>> procedure(String name, TypeRef<T> type) {
        return procedures.stream(name, request -> typed(type, request));
    }

    <T> Subscription onProcedure(String name, TypeRef<T> type, ProcedureListener<T> listener) {
        return procedures.on(name, request -> {
            PendingRequest<T> typed = typed(type, request);
            try {
                listener.requested(Nullness.unchecked(typed.data()), typed);
            } catch (Throwable failure) {
                fail(typed, failure);
            }
        });
    }

    <T> Subscription onProcedure(String name, TypeRef<T> type, ProcedureFunction<? super T> function) {
        return procedures.on(name, request -> answerBy(function, typed(type, request)));
    }

    private <T> void answerBy(ProcedureFunction<? super T> function, PendingRequest<T> request) {
        Object result;
        try {
            result = function.run(Nullness.unchecked(request.data()));
        } catch (Throwable failure) {
            fail(request, failure);
            return;
        }
        if (!(result instanceof CompletionStage<?> later)) {
            end(request, result);
            return;
        }
        later.whenComplete((value, failure) -> {
            if (failure == null) {
                end(request, value);
            } else {
                fail(request, failure);
            }
        });
    }

    /** Responds with a result. Never throws, because a future would swallow the exception. */
    private void end(PendingRequest<?> request, @Nullable Object result) {
        try {
            request.end(result);
        } catch (InvalidActionException answered) {
            reports.userCode(described("procedure", request.procedure()), answered);
        }
    }

    /** Fails an unanswered request. A {@link RealtimeException} that reaches the peer is not reported here. */
    private void fail(PendingRequest<?> request, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (!request.failUnanswered(cause) || !(cause instanceof RealtimeException)) {
            reports.userCode(described("procedure", request.procedure()), cause);
        }
    }

    private static <T> T typed(String event, TypeRef<T> type, Payload data) {
        try {
            return Nullness.unchecked(as(type, data));
        } catch (CodecException e) {
            throw new InvalidMessageException(
                    "the data of the event " + Printable.of(event, MAX_SHOWN) + " is not a " + type + ": "
                            + e.getMessage(),
                    e);
        }
    }

    /** Converts the data of a request; a conversion failure fails the request and is reported. */
    private static <T> PendingRequest<T> typed(TypeRef<T> type, PendingRequest<Payload> request) {
        try {
            return request.as(type);
        } catch (CodecException e) {
            String procedure = request.procedure();
            if (!request.isSent()) {
                request.fail(new InvalidArgumentsException("The data of the request is not valid"));
            }
            throw new InvalidMessageException(
                    "the data of the request " + Printable.of(procedure, MAX_SHOWN) + " is not a " + type + ": "
                            + e.getMessage(),
                    e);
        }
    }

    @SuppressWarnings("unchecked") // a payload is a Payload
    private static <T> @Nullable T as(TypeRef<T> type, Payload data) {
        return type.type() == Payload.class ? (T) data : data.as(type);
    }
}
