package io.heliograph.rpc.client;

import io.heliograph.DropReason;
import io.heliograph.codec.CodecException;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.EndpointLifecycle;
import io.heliograph.endpoint.ErrorNotifier;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.rpc.CallOptions;
import io.heliograph.rpc.RpcClient;
import io.heliograph.rpc.wire.Dialect;
import io.heliograph.rpc.wire.Dialects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** State that the consecutive connections of a client share. */
final class ClientCore {

    static final Logger log = LoggerFactory.getLogger(RpcClient.class);
    private static final int MAX_DEPTH = 1000;

    final ClientOptions options;
    final Dialects dialects;
    final Dialect dialect;
    final CallOptions callDefaults;
    final Counters counters = new Counters();
    final EndpointLifecycle lifecycle;
    final ErrorNotifier errors;
    final ClientEvents events;
    final ClientCalls calls;
    final EventRecovery recovery = new EventRecovery();

    private final AtomicLong ids = new AtomicLong();
    private volatile @Nullable ClientConnection ready;

    ClientCore(ClientOptions options, EndpointLifecycle.Role role) {
        this.options = options;
        this.dialects = new Dialects(
                options.calls().msgpack(), MAX_DEPTH, options.endpoint().maxMessageBytes());
        this.dialect = dialects.of(options.calls().codec());
        this.callDefaults = options.calls().defaults();
        this.lifecycle = new EndpointLifecycle(
                role, EndpointLifecycle.Restart.NEVER, RpcClient.class.getName(), options.endpoint(), counters);
        this.errors = lifecycle.errors();
        this.events = new ClientEvents(this);
        this.calls = new ClientCalls(this);
    }

    /** Reports an event that cannot be decoded. Runs on the serial executor. */
    void undecodable(CodecException failure) {
        counters.drop(DropReason.DECODE_ERROR, 1);
        errors.emit(failure);
    }

    /** Returns the serial executor of listeners and of the futures of calls. */
    SerialExecutor executor() {
        return lifecycle.executor();
    }

    void ready(@Nullable ClientConnection connection) {
        ready = connection;
    }

    /** Returns the connection for calls, or null. */
    @Nullable
    ClientConnection ready() {
        return ready;
    }

    /** Returns whether the current thread is the event loop, which must not block. */
    boolean inLoop() {
        try {
            return lifecycle.loop().inLoop();
        } catch (IllegalStateException e) {
            return false; // the client does not run
        }
    }

    Object nextId(String method, @Nullable Object params) {
        var generator = options.calls().requestIds();
        return generator == null ? (Object) ids.incrementAndGet() : CallIds.checked(generator.apply(method, params));
    }
}
