package io.heliograph.interop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What happened to a peer, in order, with a place up to which the test has read. Waiting ends with a failure after 10 s, or
 * once nothing more can come, and then shows what did happen.
 *
 * @param <E> the type of an event
 */
final class EventLog<E> {

    static final Duration DEADLINE = Duration.ofSeconds(20);

    private final Supplier<String> context;

    // Guarded by this.
    private final List<E> events = new ArrayList<>();
    private int read;
    private boolean ended;

    /**
     * @param context added to the message of a failure
     */
    EventLog(Supplier<String> context) {
        this.context = context;
    }

    synchronized void add(E event) {
        events.add(event);
        notifyAll();
    }

    /** Says that no event will follow. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** The next event, whatever it is. */
    E next() {
        return await("any event", event -> true);
    }

    /** The next event that is {@code wanted}, passing over others. */
    synchronized E await(String description, Predicate<? super E> wanted) {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (true) {
            while (read < events.size()) {
                E event = events.get(read++);
                if (wanted.test(event)) {
                    return event;
                }
            }
            long left = deadline - System.nanoTime();
            if (ended || left <= 0) {
                throw new AssertionError("expected " + description + (ended ? ", but that was all" : "") + show());
            }
            try {
                wait(left / 1_000_000 + 1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while expecting " + description + show(), e);
            }
        }
    }

    /** All so far, read or not. */
    synchronized List<E> all() {
        return List.copyOf(events);
    }

    /** Those that are {@code wanted} so far, read or not. */
    List<E> all(Predicate<? super E> wanted) {
        return all().stream().filter(wanted).toList();
    }

    private String show() {
        StringBuilder text = new StringBuilder();
        int from = Math.max(0, events.size() - 40);
        text.append("\nevents (").append(events.size()).append(" in all)");
        events.subList(from, events.size()).forEach(event -> text.append("\n  ").append(event));
        return text.append(context.get()).toString();
    }
}
