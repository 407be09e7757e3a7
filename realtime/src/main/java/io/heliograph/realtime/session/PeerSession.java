package io.heliograph.realtime.session;

import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.endpoint.StreamBackpressure;
import io.heliograph.endpoint.StreamBudget;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.ProcedureFunction;
import io.heliograph.realtime.ProcedureListener;
import io.heliograph.realtime.RealtimePeer;
import io.heliograph.realtime.Request;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Common base of a client and a server-side connection: calls, receivers, procedures and batches.
 *
 * <p>State is confined to the event loop. A subclass implements the sending of packets ({@link #submit}, {@link #sendPacket}) and passes
 * received packets to {@link #receive}, {@link #request} and {@link #settle}.
 */
public abstract class PeerSession implements RealtimePeer {

    private static final TypeRef<Payload> PAYLOAD = TypeRef.of(Payload.class);

    public final EventLoop loop;
    public final PacketCodec packets;
    public final SerialExecutor executor;
    public final StreamBackpressure pausable;

    private final SessionSettings settings;

    // Created on demand, because most connections of a server have neither calls nor handlers nor batches.
    private volatile @Nullable Handlers handlers;
    private volatile @Nullable PendingCalls calls;
    private @Nullable StreamBudget streamBudget; // guarded by this
    private @Nullable Batcher batcher; // event loop only

    private final PendingRequest.Out responses = new PendingRequest.Out() {
        @Override
        public void send(Frame response) {
            sendResponse(response);
        }

        @Override
        public void unencodable(String procedure, Throwable cause) {
            userCodeFailed(Handlers.described("procedure", procedure), cause);
        }
    };

    /**
     * @param loop event loop of the session
     * @param executor executor of the listeners
     */
    public PeerSession(EventLoop loop, SerialExecutor executor, PacketCodec packets, SessionSettings settings) {
        this(loop, executor, new StreamBackpressure(executor), packets, settings);
    }

    /**
     * @param pausable backpressure of full streams on the executor
     */
    public PeerSession(
            EventLoop loop,
            SerialExecutor executor,
            StreamBackpressure pausable,
            PacketCodec packets,
            SessionSettings settings) {
        this.loop = loop;
        this.packets = packets;
        this.executor = executor;
        this.pausable = pausable;
        this.settings = settings;
    }

    // ---- implemented by client and server

    /**
     * Sends, enqueues or rejects an event or call. The data must be encoded when this method returns, by {@link Outgoing#frame} or
     * {@link Outgoing#hold}. Thread-safe.
     *
     * @return whether the event was accepted; after a rejection the subclass has reported the reason and failed the call
     * @throws InvalidMessageException if the data cannot be encoded; the caller reports it
     */
    public abstract boolean submit(Outgoing outgoing);

    /** Sends a message: a packet or a batch. Returns false if it was not accepted. Event loop only. */
    public abstract boolean sendPacket(Frame message);

    /** Reports a failure as an event. Thread-safe. */
    public abstract void report(Throwable error);

    /**
     * Reports an exception of user code as an event, and logs it with its stack. Thread-safe.
     *
     * @param what name of the receiver or procedure, such as {@code procedure=sum}
     */
    public void userCodeFailed(String what, Throwable failure) {
        report(failure);
    }

    // ---- for subclasses

    /** Pending calls. Thread-safe. */
    public final PendingCalls calls() {
        PendingCalls present = calls;
        return present == null ? createCalls() : present;
    }

    /** Limit in bytes of the events that the streams of this session hold. Thread-safe. */
    protected final synchronized StreamBudget streamBudget() {
        StreamBudget present = streamBudget;
        if (present == null) {
            present = new StreamBudget(settings.maxStreamBytes());
            streamBudget = present;
        }
        return present;
    }

    private synchronized PendingCalls createCalls() {
        PendingCalls present = calls;
        if (present == null) {
            present = new PendingCalls(loop, settings.maxPendingCalls());
            calls = present;
        }
        return present;
    }

    /** Batcher of this session. Event loop only. */
    public final Batcher batcher() {
        Batcher present = batcher;
        if (present == null) {
            present = new Batcher(loop, packets, settings.batchInterval(), this::sendPacket, this::report);
            batcher = present;
        }
        return present;
    }

    /** Sends a packet, or adds it to the batch. Returns false if it was not accepted. Event loop only. */
    public final boolean sendOrCollect(Frame packet) {
        Batcher present = batcher;
        return present == null ? sendPacket(packet) : present.send(packet);
    }

    /** Whether packets are being collected. Event loop only. */
    public final boolean isCollecting() {
        Batcher present = batcher;
        return present != null && present.isCollecting();
    }

    /** Sends the collected packets, before a close of this side. Event loop only. */
    public final void flushCollected() {
        Batcher present = batcher;
        if (present != null) {
            present.flushCollected();
        }
    }

    /** Discards the batch, because the connection has ended. Event loop only. */
    public final void endBatch() {
        Batcher present = batcher;
        if (present != null) {
            present.disconnected();
        }
    }

    /** Fails all calls, because the connection has ended. Event loop only. */
    public final void failCalls(String type, int code, @Nullable String reason) {
        PendingCalls present = calls;
        if (present != null) {
            present.failAll(type, code, reason);
        }
    }

    /** Runs a task on the event loop: at once on the event loop, and on the calling thread after the end of the event loop. */
    public final void onLoop(Runnable task) {
        if (loop.inLoop()) {
            task.run();
        } else {
            loop.executeOrRun(task);
        }
    }

    /** Sends a response, ahead of the queue of the subclass. Thread-safe. */
    public void sendResponse(Frame response) {
        onLoop(() -> sendOrCollect(response));
    }

    /** Answers a request of the protocol itself; {@link PacketCodec#ABSENT} is no value. */
    public final void answer(String rid, @Nullable Object data) {
        Frame response = encoded(rid, () -> packets.response(rid, data));
        if (response != null) {
            sendResponse(response);
        }
    }

    /** Fails a request of the protocol itself. */
    public final void answerFailure(String rid, @Nullable Object error) {
        Frame response = encoded(rid, () -> packets.failure(rid, error));
        if (response != null) {
            sendResponse(response);
        }
    }

    /** Encodes a response. If its value cannot be encoded, reports that and returns a neutral failure, so that the peer does not wait. */
    protected final @Nullable Frame encoded(String rid, Supplier<Frame> response) {
        try {
            return response.get();
        } catch (InvalidMessageException e) {
            report(e);
            return packets.neutralFailure(rid);
        }
    }

    /** Passes an event to its receivers. */
    public final void receive(String event, Payload data) {
        receivers().emit(event, data);
    }

    /** Passes a request of {@link #newRequest} to its procedures. Event loop or executor. */
    public final void request(PendingRequest<Payload> request) {
        procedures().emit(request.procedure(), request);
    }

    /** Whether this session has had handlers. */
    protected final boolean hasHandlers() {
        return handlers != null;
    }

    /** Handles an event without receivers, on the executor. Returns false if the event is ignored. */
    protected boolean receiveUnconsumed(String event, Payload data) {
        return false;
    }

    /** Handles a request without procedures, on the executor. Returns false if the request is not served. */
    protected boolean requestUnserved(PendingRequest<Payload> request) {
        return false;
    }

    /** Whether a procedure has handlers. */
    public final boolean isServed(String procedure) {
        Handlers present = handlers;
        return present != null && present.procedures.isConsumed(procedure);
    }

    /** Ends all handlers at once. */
    public final void killListeners() {
        Handlers present = handlers;
        if (present != null) {
            present.killAll();
        }
    }

    /** Ends all handlers after their buffered items, and later handlers at once. */
    public final void finishListeners() {
        handlers().finish();
    }

    public final PendingRequest<Payload> newRequest(String procedure, String cid, Payload data) {
        return PendingRequest.of(cid, procedure, data, packets, responses);
    }

    /** Completes a call with its response. Returns false for an unknown id. Event loop only. */
    public final boolean settle(String rid, Payload data, Payload error) {
        PendingCalls present = calls;
        return present != null && present.settle(rid, data, error);
    }

    /** Creates a call. */
    public final <T> Call<T> newCall(String event, TypeRef<T> type, Duration timeout) {
        return new Call<>(
                event, type, timeout, settings.dispatch().executor(), call -> onLoop(() -> calls().forget(call)));
    }

    public final Outgoing newOutgoing(String event, @Nullable Object data, @Nullable Call<?> call) {
        return new Outgoing(event, data, call, null, loop.nanoTime(), packets, this);
    }

    /** Creates a call whose packet is encoded when it is sent. */
    public final Outgoing newOutgoing(Payload data, Call<?> call, Outgoing.Packet packet) {
        return new Outgoing(call.event, data, call, packet, loop.nanoTime(), packets, this);
    }

    /** Default time limit of a response. */
    public final Duration ackTimeout() {
        return settings.ackTimeout();
    }

    /** Sends a call of the protocol or of the user, and returns its future. */
    public final <T> CompletableFuture<T> call(String event, @Nullable Object data, TypeRef<T> type, Duration timeout) {
        Outgoing.checkData(data);
        Call<T> call = newCall(event, type, timeout);
        try {
            submit(newOutgoing(event, data, call));
        } catch (InvalidMessageException e) {
            report(e);
            call.fail(e);
        }
        return call;
    }

    /** Sends an event of the protocol or of the user. */
    public final boolean send(String event, @Nullable Object data) {
        Outgoing.checkData(data);
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
        return handlers().receiver(event, type);
    }

    @Override
    public <T> Subscription onReceiver(String event, TypeRef<T> type, Consumer<? super T> listener) {
        return handlers().onReceiver(event, type, listener);
    }

    @Override
    public <T> EventStream<Request<T>> procedure(String name, TypeRef<T> type) {
        return handlers().procedure(name, type);
    }

    @Override
    public <T> Subscription onProcedure(String name, TypeRef<T> type, ProcedureListener<T> listener) {
        return handlers().onProcedure(name, type, listener);
    }

    @Override
    public <T> Subscription onProcedure(String name, TypeRef<T> type, ProcedureFunction<? super T> function) {
        return handlers().onProcedure(name, type, function);
    }

    @Override
    public final StreamMultiplexer<Payload> receivers() {
        return handlers().receivers;
    }

    @Override
    public final StreamMultiplexer<PendingRequest<Payload>> procedures() {
        return handlers().procedures;
    }

    private Handlers handlers() {
        Handlers present = handlers;
        return present == null ? createHandlers() : present;
    }

    private synchronized Handlers createHandlers() {
        Handlers present = handlers;
        if (present == null) {
            present = new Handlers(
                    executor, pausable, settings.streamCapacity(), streamBudget(), new SessionReports(this, settings));
            handlers = present;
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
        Handlers present = handlers;
        return present == null ? 0 : present.backpressure();
    }
}
