package io.heliograph.realtime.session;

import io.heliograph.Dispatch;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.endpoint.StreamBackpressure;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.RealtimePeer;
import io.heliograph.realtime.Request;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
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
public abstract class PeerSession implements RealtimePeer {

    private static final TypeRef<Payload> PAYLOAD = TypeRef.of(Payload.class);

    public final EventLoop loop;
    public final PacketCodec packets;
    public final SerialExecutor executor;
    public final StreamBackpressure pausable;

    private final Settings settings;

    // Made when first wanted, since a server has many connections that neither call nor listen nor
    // batch.
    private volatile @Nullable Handlers listening;
    private volatile @Nullable PendingCalls calls;
    private @Nullable Batcher batcher; // the loop's own

    private final PendingRequest.Out responses = new PendingRequest.Out() {
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
    public record Settings(
            Dispatch dispatch, Duration ackTimeout, Duration batchInterval, int maxPendingCalls, int streamCapacity) {}

    /**
     * @param loop where this lives
     * @param executor runs its listeners
     */
    public PeerSession(EventLoop loop, SerialExecutor executor, PacketCodec packets, Settings settings) {
        this.loop = loop;
        this.packets = packets;
        this.executor = executor;
        this.pausable = new StreamBackpressure(executor);
        this.settings = settings;
    }

    // ---- what the two ends do differently

    /**
     * Sends an event or a call now, keeps it for later, or refuses it. Any thread. Whatever it does, the data must be encoded
     * when this returns, by {@link Outgoing#frame} or {@link Outgoing#hold}.
     *
     * @return whether it was accepted; if not, the subclass has reported why, and failed the call
     * @throws InvalidMessageException if the data cannot be encoded; the caller reports it
     */
    public abstract boolean submit(Outgoing outgoing);

    /** Puts a message on the wire: a packet, or a batch of them. On the loop. False if it was not accepted. */
    public abstract boolean sendPacket(Frame message);

    /** Tells that something went wrong, as an event. Any thread. */
    public abstract void report(Throwable error);

    // ---- for them

    /** The calls that wait for their responses. Any thread. */
    public final PendingCalls calls() {
        PendingCalls present = calls;
        return present == null ? makeCalls() : present;
    }

    private synchronized PendingCalls makeCalls() {
        PendingCalls present = calls;
        if (present == null) {
            present = new PendingCalls(loop, settings.maxPendingCalls());
            calls = present;
        }
        return present;
    }

    /** What batches are made with. On the loop. */
    public final Batcher batcher() {
        Batcher present = batcher;
        if (present == null) {
            present = new Batcher(loop, packets, settings.batchInterval(), this::sendPacket, this::report);
            batcher = present;
        }
        return present;
    }

    /** Sends a packet, or keeps it for the batch. On the loop. False if it was not accepted. */
    public final boolean sendOrCollect(Frame packet) {
        Batcher present = batcher;
        return present == null ? sendPacket(packet) : present.send(packet);
    }

    /** Whether packets are collected for a batch now. On the loop. */
    public final boolean isCollecting() {
        Batcher present = batcher;
        return present != null && present.isCollecting();
    }

    /** The connection has ended: nothing is batched for it any more. On the loop. */
    public final void endBatch() {
        Batcher present = batcher;
        if (present != null) {
            present.disconnected();
        }
    }

    /** Fails all calls because the connection has ended. On the loop. */
    public final void failCalls(String type, int code, @Nullable String reason) {
        PendingCalls present = calls;
        if (present != null) {
            present.failAll(type, code, reason);
        }
    }

    /** Runs a task on the loop: at once if called there, and here if the loop has ended, as nothing else can be running then. */
    public final void onLoop(Runnable task) {
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
    public void sendResponse(Frame response) {
        onLoop(() -> sendOrCollect(response));
    }

    /** Answers a request of the protocol's own: without a value by {@link PacketCodec#ABSENT}. */
    public final void answer(String rid, @Nullable Object data) {
        try {
            sendResponse(packets.response(rid, data));
        } catch (InvalidMessageException e) {
            report(e);
        }
    }

    /** Fails a request of the protocol's own. */
    public final void answerFailure(String rid, @Nullable Object error) {
        try {
            sendResponse(packets.failure(rid, error));
        } catch (InvalidMessageException e) {
            report(e);
        }
    }

    /** Gives an event to its receivers. */
    public final void receive(String event, Payload data) {
        receivers().emit(event, data);
    }

    /** Gives a request to its procedures; the loop or the executor. */
    public final void request(String procedure, String cid, Payload data) {
        procedures().emit(procedure, newRequest(procedure, cid, data));
    }

    /** Whether a procedure of that name is served here now. */
    public final boolean isServed(String procedure) {
        Handlers present = listening;
        return present != null && present.procedures.isConsumed(procedure);
    }

    /** Ends what listens here at once. */
    public final void killListeners() {
        Handlers present = listening;
        if (present != null) {
            present.killAll();
        }
    }

    /** Ends what listens here after what it holds, and what comes later at once. */
    public final void finishListeners() {
        listening().finish();
    }

    public final PendingRequest<Payload> newRequest(String procedure, String cid, Payload data) {
        return PendingRequest.of(cid, procedure, data, packets, responses);
    }

    /** Settles a call by its response, and returns whether there is one; on the loop. */
    public final boolean settle(String rid, Payload data, Payload error) {
        PendingCalls present = calls;
        return present != null && present.settle(rid, data, error);
    }

    /** A call of this side's, not yet on its way. */
    public final <T> Call<T> newCall(String event, TypeRef<T> type, Duration timeout) {
        return new Call<>(
                event, type, timeout, settings.dispatch().executor(), call -> onLoop(() -> calls().forget(call)));
    }

    public final Outgoing newOutgoing(String event, @Nullable Object data, @Nullable Call<?> call) {
        return new Outgoing(event, data, call, loop.nanoTime(), packets, this);
    }

    /** How long a response may take if the caller does not say. */
    public final Duration ackTimeout() {
        return settings.ackTimeout();
    }

    /** Sends a call of the protocol's own or of the user's, and answers its future. */
    public final <T> CompletableFuture<T> call(String event, @Nullable Object data, TypeRef<T> type, Duration timeout) {
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
    public final boolean send(String event, @Nullable Object data) {
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
        return call(procedure, data, type, io.heliograph.internal.Check.positive("ackTimeout", ackTimeout));
    }

    @Override
    public <T> CompletableFuture<T> invoke(String procedure, @Nullable Object data, TypeRef<T> type) {
        return call(procedure, data, type, ackTimeout());
    }

    @Override
    public CompletableFuture<Payload> invoke(String procedure) {
        return call(procedure, PacketCodec.ABSENT, PAYLOAD, ackTimeout());
    }

    @Override
    public <T> EventStream<T> receiver(String event, TypeRef<T> type) {
        return listening().receiver(event, type);
    }

    @Override
    public <T> Subscription onReceiver(String event, TypeRef<T> type, Consumer<? super T> listener) {
        return listening().onReceiver(event, type, listener);
    }

    @Override
    public <T> EventStream<Request<T>> procedure(String name, TypeRef<T> type) {
        return listening().procedure(name, type);
    }

    @Override
    public <T> Subscription onProcedure(
            String name, TypeRef<T> type, BiConsumer<? super T, ? super Request<T>> listener) {
        return listening().onProcedure(name, type, listener);
    }

    @Override
    public <T> Subscription onProcedure(
            String name, TypeRef<T> type, Function<? super T, ? extends @Nullable Object> function) {
        return listening().onProcedure(name, type, function);
    }

    @Override
    public final StreamMultiplexer<Payload> receivers() {
        return listening().receivers;
    }

    @Override
    public final StreamMultiplexer<PendingRequest<Payload>> procedures() {
        return listening().procedures;
    }

    private Handlers listening() {
        Handlers present = listening;
        return present == null ? listen() : present;
    }

    private synchronized Handlers listen() {
        Handlers present = listening;
        if (present == null) {
            present = new Handlers(executor, pausable, settings.streamCapacity(), this::report);
            listening = present;
        }
        return present;
    }

    @Override
    public void startBatch() {
        onLoop(() -> batcher().startBatch());
    }

    @Override
    public void flushBatch() {
        onLoop(() -> batcher().flushBatch());
    }

    @Override
    public void cancelBatch() {
        onLoop(() -> batcher().cancelBatch());
    }

    @Override
    public void startBatching() {
        onLoop(() -> batcher().startBatching());
    }

    @Override
    public void stopBatching() {
        onLoop(() -> batcher().stopBatching());
    }

    @Override
    public void cancelBatching() {
        onLoop(() -> batcher().cancelBatching());
    }

    @Override
    public long backpressure() {
        Handlers present = listening;
        return present == null ? 0 : present.backpressure();
    }
}
