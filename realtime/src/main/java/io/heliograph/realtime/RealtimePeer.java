package io.heliograph.realtime;

import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What both ends of a connection do with it: a client, or a server's {@link RealtimeSocket}.
 *
 * <p><b>Sending</b> never blocks. {@code transmit} is one way; {@code invoke} asks for a response and always completes: with the
 * value, with what the other side failed it with, with {@link TimeoutException}, or with {@link BadConnectionException}.
 *
 * <p><b>Receiving.</b> One-way events go to receivers and requests to procedures of their name, as listeners, run by the {@code
 * Dispatch} of the endpoint, or as streams that begin when they are made. What nobody receives is dropped; a request for which
 * there is no procedure is not answered, as the protocol has it, and times out at the other side.
 *
 * <p><b>Order.</b> Transmits and invokes leave in the order of the calls. Events of one connection are received in the order in
 * which the peer sent them, by one listener at a time.
 *
 * <p><b>Threads.</b> Any thread may call any method, also from inside a listener.
 */
public interface RealtimePeer {

    // ---- one way

    /**
     * Sends an event with data.
     *
     * @param data a value that the codec can encode; null is sent as null
     * @return whether it was accepted: false with an {@code Failure} event that says why
     */
    boolean transmit(String event, @Nullable Object data);

    /** Sends an event without data. */
    boolean transmit(String event);

    /** The data of an event of this name, as a stream. */
    <T> EventStream<T> receiver(String event, TypeRef<T> type);

    default <T> EventStream<T> receiver(String event, Class<T> type) {
        return receiver(event, TypeRef.of(type));
    }

    default EventStream<Payload> receiver(String event) {
        return receiver(event, Payload.class);
    }

    /** Calls {@code listener} with the data of each event of this name. */
    <T> Subscription onReceiver(String event, TypeRef<T> type, Consumer<? super T> listener);

    default <T> Subscription onReceiver(String event, Class<T> type, Consumer<? super T> listener) {
        return onReceiver(event, TypeRef.of(type), listener);
    }

    // ---- requests

    /**
     * Asks for a response.
     *
     * @param data a value that the codec can encode; null is sent as null
     * @param type what the response is read as; {@link Payload} for as it came
     * @param ackTimeout how long the response may take
     * @return cancelling it ends the wait here and nothing at the other side
     */
    <T> CompletableFuture<T> invoke(String procedure, @Nullable Object data, TypeRef<T> type, Duration ackTimeout);

    /** Asks for a response, within the endpoint's {@code ackTimeout}. */
    <T> CompletableFuture<T> invoke(String procedure, @Nullable Object data, TypeRef<T> type);

    default <T> CompletableFuture<T> invoke(String procedure, @Nullable Object data, Class<T> type) {
        return invoke(procedure, data, TypeRef.of(type));
    }

    default CompletableFuture<Payload> invoke(String procedure, @Nullable Object data) {
        return invoke(procedure, data, Payload.class);
    }

    /** Asks for a response, without data. */
    CompletableFuture<Payload> invoke(String procedure);

    /** Requests of this name, as a stream; each must be answered. */
    <T> EventStream<Request<T>> procedure(String name, TypeRef<T> type);

    default <T> EventStream<Request<T>> procedure(String name, Class<T> type) {
        return procedure(name, TypeRef.of(type));
    }

    default EventStream<Request<Payload>> procedure(String name) {
        return procedure(name, Payload.class);
    }

    /** Calls {@code listener} for each request of this name; it answers with the request, now or later. */
    <T> Subscription onProcedure(String name, TypeRef<T> type, BiConsumer<? super T, ? super Request<T>> listener);

    default <T> Subscription onProcedure(
            String name, Class<T> type, BiConsumer<? super T, ? super Request<T>> listener) {
        return onProcedure(name, TypeRef.of(type), listener);
    }

    /**
     * Answers each request of this name with what {@code function} returns, once that is there if it is a {@link
     * java.util.concurrent.CompletionStage}. What it throws is reported here; of it the other side is told what {@link
     * Request#fail(Throwable)} tells.
     */
    <T> Subscription onProcedure(
            String name, TypeRef<T> type, Function<? super T, ? extends @Nullable Object> function);

    default <T> Subscription onProcedure(
            String name, Class<T> type, Function<? super T, ? extends @Nullable Object> function) {
        return onProcedure(name, TypeRef.of(type), function);
    }

    // ---- administration

    /** The streams and listeners of receivers. */
    Streams receivers();

    /** The streams and listeners of procedures. */
    Streams procedures();

    /** Collects what is sent as packets from now on, to be sent as one message by {@link #flushBatch}. */
    void startBatch();

    /** Sends what was collected, if anything, and collects no more. */
    void flushBatch();

    /** Forgets what was collected, and collects no more. */
    void cancelBatch();

    /** Collects, and sends what was collected at every {@code batchInterval}, until {@link #stopBatching}. */
    void startBatching();

    /** Sends what was collected and ends batching. */
    void stopBatching();

    /** Forgets what was collected and ends batching. */
    void cancelBatching();

    /** Events that were received and wait for the slowest of their consumers, the most of any kind. */
    long backpressure();
}
