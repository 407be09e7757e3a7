package io.heliograph.rpc.client;

import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import io.heliograph.rpc.CallOptions;
import io.heliograph.rpc.wire.Counters;
import io.heliograph.rpc.wire.Dialect;
import io.heliograph.rpc.wire.Dialects;
import io.heliograph.rpc.wire.Errors;
import io.heliograph.transport.EventLoop;
import java.math.BigDecimal;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** State that the consecutive connections of a client share. */
final class ClientCore {

    final Logger log;
    final ClientOptions options;
    final Dialects dialects;
    final Dialect dialect;

    /** How a call is made that says nothing of that. */
    final CallOptions callDefaults;

    final Counters counters = new Counters();
    final Errors errors;
    final ClientEvents events;

    private final AtomicLong ids = new AtomicLong();
    private volatile @Nullable SerialExecutor executor;
    private volatile @Nullable EventLoop loop;
    private volatile @Nullable ClientConnection ready;

    ClientCore(ClientOptions options, Logger log) {
        this.log = log;
        this.options = options;
        this.dialects = new Dialects(options.msgpack, 1000, options.maxMessageBytes);
        this.dialect = dialects.of(options.codec);
        this.callDefaults = CallOptions.timeout(options.callTimeout);
        this.errors = new Errors(log, counters);
        this.events = new ClientEvents(this);
    }

    void attach(EventLoop to) {
        SerialExecutor made = new SerialExecutor(options.dispatch, to);
        loop = to;
        executor = made;
        errors.attach(made);
        events.attach(made);
    }

    boolean isAttached() {
        return executor != null;
    }

    /** Where listeners run. There is one as soon as there are connections. */
    SerialExecutor executor() {
        SerialExecutor present = executor;
        if (present == null) {
            throw new IllegalStateException("the client was not started");
        }
        return present;
    }

    EventLoop loop() {
        EventLoop present = loop;
        if (present == null) {
            throw new IllegalStateException("the client was not started");
        }
        return present;
    }

    /** Runs a task on the loop, or drops it if that has ended. */
    void onLoop(Runnable task) {
        try {
            loop().execute(task);
        } catch (RejectedExecutionException e) {
            log.debug("the event loop has ended", e);
        }
    }

    void ready(@Nullable ClientConnection link) {
        ready = link;
    }

    @Nullable
    ClientConnection ready() {
        return ready;
    }

    boolean isReady(ClientConnection link) {
        return link.equals(ready);
    }

    // ---- ids

    Object nextId(String method, @Nullable Object params) {
        if (options.requestIds == null) {
            return ids.incrementAndGet();
        }
        Object id = options.requestIds.apply(method, params);
        if (!(id instanceof Number || id instanceof String)
                || id.equals("")
                || (id instanceof Number number && !isUsable(number.doubleValue()))) {
            throw new IllegalArgumentException(
                    "id: '" + id + "' (expected: a number other than 0, or a string with content)");
        }
        return id;
    }

    private static boolean isUsable(double number) {
        return number != 0 && Double.isFinite(number);
    }

    /** Returns the key of a call in the pending calls; a number and its decimal string have the same key. */
    static Object key(Object id) {
        return switch (id) {
            case Long number -> number;
            case Integer number -> (long) number;
            case Double number when number == Math.rint(number) && Math.abs(number) < 0x1p53 -> number.longValue();
            case Double number when !Double.isFinite(number) -> number.toString();
            case Number number -> new BigDecimal(number.toString()).toString();
            default -> key(id.toString());
        };
    }

    private static Object key(String id) {
        return id.length() <= 15 && id.matches("[1-9][0-9]*") ? (Object) Long.parseLong(id) : id;
    }

    /** Decodes a JSON id of decimal digits; returns null for every other id. */
    static @Nullable Long decimal(Dialect dialect, Frame id) {
        if (!dialect.isJson() || id.length() > 15) {
            return null;
        }
        long value = 0;
        for (int i = 0; i < id.length(); i++) {
            byte digit = id.at(i);
            if (digit < '0' || digit > '9') {
                return null;
            }
            value = 10 * value + (digit - '0');
        }
        return value;
    }
}
