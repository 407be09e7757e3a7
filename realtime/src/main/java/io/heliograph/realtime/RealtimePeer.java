package io.heliograph.realtime;

import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Common interface of both ends of a connection: a client, or a server's {@link RealtimeSocket}.
 *
 * <p><b>Sending</b> never blocks. {@code transmit} is one way. {@code invoke} sends a request and always completes: with the value, the
 * {@link RealtimeException} of the other side, {@link io.heliograph.DeadlineExceededException}, {@link
 * io.heliograph.NotConnectedException} if the request was never sent, or {@link io.heliograph.ClosedException} if the connection ended
 * before the response.
 *
 * <p><b>Receiving.</b> Receivers handle one-way events and procedures handle requests, by name: as listeners on the {@code Dispatch} of
 * the endpoint, or as streams that begin when they are created. Events without a receiver are dropped. A request without a procedure
 * receives no response and times out at the other side, as the protocol defines.
 *
 * <p><b>Order.</b> Transmits and invokes are sent in the order of the calls. Events of one connection are received in the order of
 * sending, by one listener at a time.
 *
 * <p><b>Threads.</b> Thread-safe, also from inside a listener.
 */
public interface RealtimePeer {

    // ---- one way

    /**
     * Sends an event with data.
     *
     * @param data a value that the codec can encode; null is sent as null
     * @return whether the event was accepted; otherwise a {@code Failure} event reports the reason
     * @throws IllegalArgumentException if the data is a {@code Class} or a {@code TypeRef}
     */
    boolean transmit(String event, @Nullable Object data);

    /** Sends an event without data. */
    boolean transmit(String event);

    /** Returns a stream of the data of events with this name. */
    <T> EventStream<T> receiver(String event, TypeRef<T> type);

    default <T> EventStream<T> receiver(String event, Class<T> type) {
        return receiver(event, TypeRef.of(type));
    }

    default EventStream<Payload> receiver(String event) {
        return receiver(event, Payload.class);
    }

    /** Calls {@code listener} with the data of each event with this name. */
    <T> Subscription onReceiver(String event, TypeRef<T> type, Consumer<? super T> listener);

    default <T> Subscription onReceiver(String event, Class<T> type, Consumer<? super T> listener) {
        return onReceiver(event, TypeRef.of(type), listener);
    }

    // ---- requests

    /**
     * Sends a request.
     *
     * @param data a value that the codec can encode; null is sent as null
     * @param type type of the response; {@link Payload} for the undecoded response
     * @param ackTimeout maximum time until the response
     * @return response; cancelling the future does not cancel the request at the other side
     * @throws IllegalArgumentException if the data is a {@code Class} or a {@code TypeRef}
     */
    <T> CompletableFuture<T> invoke(String procedure, @Nullable Object data, TypeRef<T> type, Duration ackTimeout);

    /** Sends a request with the endpoint's {@code ackTimeout}. */
    <T> CompletableFuture<T> invoke(String procedure, @Nullable Object data, TypeRef<T> type);

    default <T> CompletableFuture<T> invoke(String procedure, @Nullable Object data, Class<T> type) {
        return invoke(procedure, data, TypeRef.of(type));
    }

    default CompletableFuture<Payload> invoke(String procedure, @Nullable Object data) {
        return invoke(procedure, data, Payload.class);
    }

    /** Sends a request without data. */
    CompletableFuture<Payload> invoke(String procedure);

    /** Returns a stream of the requests with this name. Each request needs a response. */
    <T> EventStream<Request<T>> procedure(String name, TypeRef<T> type);

    default <T> EventStream<Request<T>> procedure(String name, Class<T> type) {
        return procedure(name, TypeRef.of(type));
    }

    default EventStream<Request<Payload>> procedure(String name) {
        return procedure(name, Payload.class);
    }

    /**
     * Calls {@code listener} for each request with this name. The listener responds through the request, now or later. An exception of
     * the listener is reported here and fails an unanswered request as by {@link Request#fail(Throwable)}.
     */
    <T> Subscription onProcedure(String name, TypeRef<T> type, ProcedureListener<T> listener);

    default <T> Subscription onProcedure(String name, Class<T> type, ProcedureListener<T> listener) {
        return onProcedure(name, TypeRef.of(type), listener);
    }

    /**
     * Responds to each request with this name with the result of {@code function}, or with the value of a returned {@link
     * java.util.concurrent.CompletionStage}. An exception of the function is reported here and sent as by {@link
     * Request#fail(Throwable)}.
     */
    <T> Subscription onProcedure(String name, TypeRef<T> type, ProcedureFunction<? super T> function);

    default <T> Subscription onProcedure(String name, Class<T> type, ProcedureFunction<? super T> function) {
        return onProcedure(name, TypeRef.of(type), function);
    }

    // ---- administration

    /** Returns the streams and listeners of receivers. */
    Streams receivers();

    /** Returns the streams and listeners of procedures. */
    Streams procedures();

    /** Starts to collect packets, which {@link #flushBatch} sends as one message. */
    void startBatch();

    /** Sends the collected packets, if any, and stops collecting. */
    void flushBatch();

    /** Drops the collected packets and stops collecting. */
    void cancelBatch();

    /** Collects packets and sends them at every {@code batchInterval}, until {@link #stopBatching}. */
    void startBatching();

    /** Sends the collected packets and stops batching. */
    void stopBatching();

    /** Drops the collected packets and stops batching. */
    void cancelBatching();

    /** Returns the number of received events that the slowest consumer has not processed; the maximum of all kinds. */
    long backpressure();
}
