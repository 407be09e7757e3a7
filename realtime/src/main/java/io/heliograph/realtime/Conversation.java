package io.heliograph.realtime;

import io.heliograph.Dispatch;
import io.heliograph.Subscription;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.connection.Lane;
import io.heliograph.connection.StreamValve;
import io.heliograph.event.EventStream;
import io.heliograph.frame.Frame;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a client and a server's socket have in common: calls, receivers, procedures, batching.
 *
 * <p>Its state belongs to its event loop. A subclass says how packets leave ({@link #submit}, {@link #sendPacket}) and gives
 * what arrives to {@link #receive}, {@link #request} and {@link #settle}.
 */
abstract class Conversation implements RealtimePeer {

    private static final TypeRef<Payload> PAYLOAD = TypeRef.of(Payload.class);

    final EventLoop loop;
    final PacketCodec packets;
    final Lane lane;
    final StreamValve valve;
    final PendingCalls calls;
    final Batcher batcher;
    final Demux<Payload> receivers;
    final Demux<PendingRequest<Payload>> procedures;

    private final @Nullable Executor executor;
    private final Duration ackTimeout;
    private final PendingRequest.Out responses =
            new PendingRequest.Out() {
                @Override
                public void send(Frame response) {
                    sendResponse(response);
                }

                @Override
                public void failed(Throwable cause) {
                    report(cause);
                }
            };

    /**
     * The options that both ends have.
     *
     * @param streamCapacity how many events a stream holds
     */
    record Settings(
            Dispatch dispatch,
            Duration ackTimeout,
            Duration batchInterval,
            int maxPendingCalls,
            int streamCapacity) {}

    /**
     * @param loop where this lives
     * @param lane runs its listeners
     */
    Conversation(EventLoop loop, Lane lane, PacketCodec packets, Settings settings) {
        this.loop = loop;
        this.packets = packets;
        this.lane = lane;
        this.valve = new StreamValve(lane);
        this.executor = settings.dispatch().executor();
        this.ackTimeout = settings.ackTimeout();
        this.calls = new PendingCalls(loop, settings.maxPendingCalls());
        this.batcher =
                new Batcher(
                        loop, packets, settings.batchInterval(), this::sendPacket, this::report);
        this.receivers =
                new Demux<>("receiver", lane, valve, settings.streamCapacity(), this::report);
        this.procedures =
                new Demux<>("procedure", lane, valve, settings.streamCapacity(), this::report);
    }

    // ---- what the two ends do differently

    /**
     * Sends an event or a call now, keeps it for later, or refuses it. Any thread. Whatever it does, the data must be encoded
     * when this returns, by {@link Outgoing#frame} or {@link Outgoing#hold}.
     *
     * @return whether it was accepted; if not, the subclass has reported why, and failed the call
     * @throws InvalidMessageException if the data cannot be encoded; the caller reports it
     */
    abstract boolean submit(Outgoing outgoing);

    /** Puts a message on the wire: a packet, or a batch of them. On the loop. False if it was not accepted. */
    abstract boolean sendPacket(Frame message);

    /** Tells that something went wrong, as an event. Any thread. */
    abstract void report(Throwable error);

    // ---- for them

    /** Runs a task on the loop: at once if called there, and here if the loop has ended, as nothing else can be running then. */
    final void onLoop(Runnable task) {
        if (loop.inLoop()) {
            task.run();
            return;
        }
        try {
            loop.execute(task);
        } catch (RejectedExecutionException ended) {
            task.run();
        }
    }

    /** Sends a response, ahead of what waits in a queue of the subclass's. Any thread. */
    void sendResponse(Frame response) {
        onLoop(() -> batcher.send(response));
    }

    /** Answers a request of the protocol's own: without a value by {@link PacketCodec#ABSENT}. */
    final void answer(String rid, @Nullable Object data) {
        try {
            sendResponse(packets.response(rid, data));
        } catch (InvalidMessageException e) {
            report(e);
        }
    }

    /** Fails a request of the protocol's own. */
    final void answerFailure(String rid, @Nullable Object error) {
        try {
            sendResponse(packets.failure(rid, error));
        } catch (InvalidMessageException e) {
            report(e);
        }
    }

    /** Gives an event to its receivers. */
    final void receive(String event, Payload data) {
        receivers.emit(event, data);
    }

    /** Gives a request to its procedures; the loop or the lane. */
    final void request(String procedure, String cid, Payload data) {
        procedures.emit(procedure, newRequest(procedure, cid, data));
    }

    final PendingRequest<Payload> newRequest(String procedure, String cid, Payload data) {
        return PendingRequest.of(cid, procedure, data, packets, responses);
    }

    /** Settles a call by its response; on the loop. Responses that nobody waits for are dropped. */
    final void settle(String rid, Payload data, Payload error) {
        calls.settle(rid, data, error);
    }

    /** A call of this side's, not yet on its way. */
    final <T> Call<T> newCall(String event, TypeRef<T> type, Duration timeout) {
        return new Call<>(event, type, timeout, executor, call -> onLoop(() -> calls.forget(call)));
    }

    final Outgoing newOutgoing(String event, @Nullable Object data, @Nullable Call<?> call) {
        return new Outgoing(event, data, call, loop.nanoTime(), packets, calls);
    }

    /** How long a response may take if the caller does not say. */
    final Duration ackTimeout() {
        return ackTimeout;
    }

    /** Sends a call of the protocol's own or of the user's, and answers its future. */
    final <T> CompletableFuture<T> call(
            String event, @Nullable Object data, TypeRef<T> type, Duration timeout) {
        Call<T> call = newCall(event, type, timeout);
        try {
            submit(newOutgoing(event, data, call));
        } catch (InvalidMessageException e) {
            report(e);
            call.fail(e);
        }
        return call;
    }

    /** Sends an event of the protocol's own or of the user's. */
    final boolean send(String event, @Nullable Object data) {
        try {
            return submit(newOutgoing(event, data, null));
        } catch (InvalidMessageException e) {
            report(e);
            return false;
        }
    }

    // ---- RealtimePeer

    @Override
    public boolean transmit(String event, @Nullable Object data) {
        return send(event, data);
    }

    @Override
    public boolean transmit(String event) {
        return send(event, PacketCodec.ABSENT);
    }

    @Override
    public <T> CompletableFuture<T> invoke(
            String procedure, @Nullable Object data, TypeRef<T> type, Duration ackTimeout) {
        return call(
                procedure,
                data,
                type,
                io.heliograph.internal.Check.positive("ackTimeout", ackTimeout));
    }

    @Override
    public <T> CompletableFuture<T> invoke(
            String procedure, @Nullable Object data, TypeRef<T> type) {
        return call(procedure, data, type, ackTimeout);
    }

    @Override
    public CompletableFuture<Payload> invoke(String procedure) {
        return call(procedure, PacketCodec.ABSENT, PAYLOAD, ackTimeout);
    }

    @Override
    public <T> EventStream<T> receiver(String event, TypeRef<T> type) {
        return receivers.stream(event, data -> typed(event, type, data));
    }

    @Override
    public <T> Subscription onReceiver(
            String event, TypeRef<T> type, Consumer<? super T> listener) {
        return receivers.on(event, data -> listener.accept(typed(event, type, data)));
    }

    @Override
    public <T> EventStream<Request<T>> procedure(String name, TypeRef<T> type) {
        return procedures.stream(name, request -> typed(type, request));
    }

    @Override
    public <T> Subscription onProcedure(
            String name, TypeRef<T> type, BiConsumer<? super T, ? super Request<T>> listener) {
        return procedures.on(
                name,
                request -> {
                    PendingRequest<T> typed = typed(type, request);
                    listener.accept(uncheckedNull(typed.data()), typed);
                });
    }

    @Override
    public <T> Subscription onProcedure(
            String name,
            TypeRef<T> type,
            Function<? super T, ? extends @Nullable Object> function) {
        return procedures.on(name, request -> answerBy(function, typed(type, request)));
    }

    private <T> void answerBy(
            Function<? super T, ? extends @Nullable Object> function, PendingRequest<T> request) {
        Object result;
        try {
            result = function.apply(uncheckedNull(request.data()));
        } catch (Throwable failure) {
            fail(request, failure);
            return;
        }
        if (!(result instanceof CompletionStage<?> later)) {
            request.end(result);
            return;
        }
        later.whenComplete((value, failure) -> {
            if (failure == null) {
                request.end(value);
            } else {
                fail(request, failure);
            }
        });
    }

    private void fail(PendingRequest<?> request, Throwable failure) {
        Throwable cause =
                failure instanceof java.util.concurrent.CompletionException
                                && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
        request.fail(cause);
        if (!(cause instanceof RealtimeException)) {
            report(cause);
        }
    }

    private static <T> T typed(String event, TypeRef<T> type, Payload data) {
        try {
            return uncheckedNull(as(type, data));
        } catch (CodecException e) {
            throw new InvalidMessageException(
                    "the data of the event " + event + " is not a " + type + ": " + e.getMessage(),
                    e);
        }
    }

    /** A request with data of another type is failed, as by the procedure itself, and reported. */
    private static <T> PendingRequest<T> typed(TypeRef<T> type, PendingRequest<Payload> request) {
        try {
            return request.as(type);
        } catch (CodecException e) {
            String procedure = request.procedure();
            if (!request.isSent()) {
                request.fail(new InvalidArgumentsException("The data of the request is not valid"));
            }
            throw new InvalidMessageException(
                    "the data of the request "
                            + procedure
                            + " is not a "
                            + type
                            + ": "
                            + e.getMessage(),
                    e);
        }
    }

    @SuppressWarnings("unchecked") // a payload is a Payload
    private static <T> @Nullable T as(TypeRef<T> type, Payload data) {
        return type.type() == Payload.class ? (T) data : data.as(type);
    }

    /** Data may be null whatever its type, as the interfaces say. */
    @SuppressWarnings("NullAway")
    private static <T> T uncheckedNull(@Nullable T data) {
        return data;
    }

    @Override
    public Streams receivers() {
        return receivers;
    }

    @Override
    public Streams procedures() {
        return procedures;
    }

    @Override
    public void startBatch() {
        onLoop(batcher::startBatch);
    }

    @Override
    public void flushBatch() {
        onLoop(batcher::flushBatch);
    }

    @Override
    public void cancelBatch() {
        onLoop(batcher::cancelBatch);
    }

    @Override
    public void startBatching() {
        onLoop(batcher::startBatching);
    }

    @Override
    public void stopBatching() {
        onLoop(batcher::stopBatching);
    }

    @Override
    public void cancelBatching() {
        onLoop(batcher::cancelBatching);
    }

    @Override
    public long backpressure() {
        return Math.max(receivers.backpressure(), procedures.backpressure());
    }
}
