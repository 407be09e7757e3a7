package io.heliograph.testkit;

import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.event.Level;
import org.slf4j.helpers.FormattingTuple;
import org.slf4j.helpers.MessageFormatter;

/** A logger that records its events. Thread-safe. */
public final class RecordedLog {

    /**
     * An event of the log.
     *
     * @param message message with its arguments
     * @param stack exception that was logged with its stack; null without one
     */
    public record Event(
            Level level, String message, @Nullable Throwable stack) {

        @Override
        public String toString() {
            return level + " " + message;
        }
    }

    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final Logger logger = (Logger) Proxy.newProxyInstance(
            RecordedLog.class.getClassLoader(),
            new Class<?>[] {Logger.class},
            (proxy, method, args) -> called(method.getName(), args == null ? new Object[0] : args));

    /** Returns the logger. */
    public Logger logger() {
        return logger;
    }

    /** Returns the events so far. */
    public List<Event> events() {
        return List.copyOf(events);
    }

    /** Returns the messages so far, each after its level. */
    public List<String> lines() {
        return events.stream().map(Event::toString).toList();
    }

    private @Nullable Object called(String method, Object[] args) {
        return switch (method) {
            case "getName", "toString" -> "recorded";
            case "trace", "debug", "info", "warn", "error" -> {
                Object[] rest = Arrays.copyOfRange(args, 1, args.length);
                Object[] values = rest.length == 1 && rest[0] instanceof Object[] array ? array : rest;
                FormattingTuple formatted = MessageFormatter.arrayFormat((String) args[0], values);
                events.add(new Event(
                        Level.valueOf(method.toUpperCase(Locale.ROOT)),
                        formatted.getMessage(),
                        formatted.getThrowable()));
                yield null;
            }
            default -> method.startsWith("is") ? Boolean.TRUE : null;
        };
    }
}
