package io.heliograph.realtime.session;

import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.InvalidActionException;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.Request;
import io.heliograph.realtime.packet.PacketCodec;
import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Request of the peer. Views of different data types share one response.
 *
 * @param <T> type of the data
 */
public final class PendingRequest<T> implements Request<T> {

    private final Response response;
    private final Payload payload;
    private final @Nullable T data;

    private PendingRequest(Response response, Payload payload, @Nullable T data) {
        this.response = response;
        this.payload = payload;
        this.data = data;
    }

    /**
     * @param id id as it appears on the wire
     * @param out destination of the response; thread-safe
     */
    static PendingRequest<Payload> of(String id, String procedure, Payload data, PacketCodec codec, Out out) {
        return new PendingRequest<>(new Response(id, procedure, codec, out), data, data);
    }

    /** Sets a task that runs once, after the response, or when the request has no procedure. Must be called before the request is emitted. */
    public void onEnd(Runnable task) {
        response.onEnd = task;
    }

    /** Sets a task that runs once: after the response, when the request has no procedure, or when user code has dropped the request. */
    public void onEnd(Cleaner cleaner, Runnable task) {
        response.onEnd = cleaner.register(response, task)::clean;
    }

    /** Ends a request without a procedure, which receives no response. */
    void abandon() {
        if (response.compareAndSet(false, true)) {
            response.ended();
        }
    }

    /** Creates a request of the protocol itself, which has already been answered. */
    public static PendingRequest<Payload> answered(String id, String procedure, Payload data, PacketCodec codec) {
        PendingRequest<Payload> request = of(id, procedure, data, codec, new Out() {
            @Override
            public void send(Frame response) {}

            @Override
            public void unencodable(String procedure, Throwable cause) {}
        });
        request.response.take();
        return request;
    }

    /** Destination of responses. Thread-safe. */
    interface Out {
        void send(Frame response);

        /** Called when the value of a response cannot be encoded; the request is failed then. */
        void unencodable(String procedure, Throwable cause);
    }

    /**
     * Returns this request with its data as a {@code U}.
     *
     * @throws CodecException if the data is not a {@code U}
     */
    <U> PendingRequest<U> as(TypeRef<U> type) {
        return new PendingRequest<>(response, payload, typed(type));
    }

    @SuppressWarnings("unchecked") // a payload is a Payload
    private <U> @Nullable U typed(TypeRef<U> type) {
        return type.type() == Payload.class ? (U) payload : payload.as(type);
    }

    /** Returns the undecoded data, possibly absent. */
    public Payload payload() {
        return payload;
    }

    /** Returns the length of the data. */
    int size() {
        return payload.size();
    }

    @Override
    public String id() {
        return response.id;
    }

    @Override
    public String procedure() {
        return response.procedure;
    }

    @Override
    public @Nullable T data() {
        return data;
    }

    @Override
    public boolean hasData() {
        return payload.isPresent();
    }

    @Override
    public boolean isSent() {
        return response.get();
    }

    @Override
    public void end() {
        end(PacketCodec.ABSENT);
    }

    @Override
    public void end(@Nullable Object value) {
        response.take();
        response.sendValue(value);
    }

    @Override
    public void fail(String name, String message) {
        fail(RealtimeException.of(name, message));
    }

    @Override
    public void failWith(@Nullable Object value) {
        response.take();
        response.sendError(value);
    }

    @Override
    public void fail(Throwable cause) {
        failWith(cause);
    }

    /** Responds with a value. Returns false if the response has already been sent. */
    public boolean endUnanswered(@Nullable Object value) {
        if (!response.compareAndSet(false, true)) {
            return false;
        }
        response.sendValue(value);
        return true;
    }

    /** Responds with an error. Returns false if the response has already been sent. */
    public boolean failUnanswered(Throwable cause) {
        if (!response.compareAndSet(false, true)) {
            return false;
        }
        response.sendError(cause);
        return true;
    }

    @Override
    public String toString() {
        return "Request[" + response.procedure + ", id " + response.id + "]";
    }

    /** Response state that all views share. */
    private static final class Response extends AtomicBoolean {

        private static final long serialVersionUID = 1L;

        private final String id;
        private final String procedure;
        private final transient PacketCodec codec;
        private final transient Out out;
        private transient @Nullable Runnable onEnd;

        Response(String id, String procedure, PacketCodec codec, Out out) {
            this.id = id;
            this.procedure = procedure;
            this.codec = codec;
            this.out = out;
        }

        void take() {
            if (!compareAndSet(false, true)) {
                throw new InvalidActionException("Response to request " + id + " has already been sent");
            }
        }

        void sendValue(@Nullable Object value) {
            send(() -> codec.response(id, value));
        }

        void sendError(@Nullable Object error) {
            send(() -> codec.failure(id, error));
        }

        private void send(Supplier<Frame> encoding) {
            Frame frame;
            try {
                frame = encoding.get();
            } catch (RuntimeException | StackOverflowError e) {
                out.unencodable(procedure, e);
                frame = codec.neutralFailure(id);
            }
            if (frame != null) {
                out.send(frame);
            }
            ended();
        }

        void ended() {
            if (onEnd != null) {
                onEnd.run();
            }
        }
    }
}
