package io.heliograph.rpc;

import io.heliograph.codec.Codec;
import io.heliograph.endpoint.SerialExecutor;
import io.heliograph.frame.Frame;
import io.heliograph.transport.EventLoop;
import java.math.BigDecimal;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** What the connections of a client, one after another, have in common. */
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
    private volatile @Nullable ClientLink ready;

    ClientCore(ClientOptions options, Logger log) {
        this.log = log;
        this.options = options;
        this.dialects = new Dialects(
                options.msgpack == null ? Codec.named("msgpack") : options.msgpack, 1000, options.maxMessageBytes);
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

    void ready(@Nullable ClientLink link) {
        ready = link;
    }

    @Nullable
    ClientLink ready() {
        return ready;
    }

    boolean isReady(ClientLink link) {
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

    /** What an id is looked up by: numbers and their texts are the same. */
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

    private static Object key(String text) {
        return text.length() <= 15 && text.matches("[1-9][0-9]*") ? (Object) Long.parseLong(text) : text;
    }

    /** A number that is written as a plain decimal one in JSON, which nearly all ids are; else null. */
    static @Nullable Long decimal(Dialect dialect, Frame id) {
        if (dialect instanceof MsgpackDialect || id.length() > 15) {
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
