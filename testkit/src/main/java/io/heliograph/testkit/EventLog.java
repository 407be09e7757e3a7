package io.heliograph.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Events in order of arrival, with a read position. Waiting fails after {@link #DEADLINE}, or as soon as no event can follow,
 * and the failure shows the events. Thread-safe.
 *
 * @param <E> the type of an event; its {@code equals} and {@code toString} are used
 */
public final class EventLog<E> {

    /** Time limit of each wait: 20 s. */
    public static final Duration DEADLINE = Duration.ofSeconds(20);

    private final Supplier<String> context;

    // Guarded by this.
    private final List<E> events = new ArrayList<>();
    private int position;
    private boolean ended;

    public EventLog() {
        this(() -> "");
    }

    /**
     * @param context text that is appended to the message of a failure
     */
    public EventLog(Supplier<String> context) {
        this.context = context;
    }

    public synchronized void add(E event) {
        events.add(event);
        notifyAll();
    }

    /** Marks the log as complete: no event follows. */
    public synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** Waits for the next event. */
    public E next() {
        return next("an event", event -> true);
    }

    /** Waits for the next event that matches, and skips the others. */
    public synchronized E next(String description, Predicate<? super E> matches) {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (true) {
            while (position < events.size()) {
                E event = events.get(position++);
                if (matches.test(event)) {
                    return event;
                }
            }
            waitUntil(deadline, description);
        }
    }

    /** Waits until the log has {@code count} events, and returns all events. The read position does not change. */
    public List<E> await(int count) {
        return await(count + " events", all -> all.size() >= count);
    }

    /** Waits for an event, and returns all events. The read position does not change. */
    public List<E> await(E event) {
        return await(String.valueOf(event), all -> all.contains(event));
    }

    /** Waits until the list of all events matches, and returns it. The read position does not change. */
    public synchronized List<E> await(String description, Predicate<List<E>> matches) {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (!matches.test(events)) {
            waitUntil(deadline, description);
        }
        return all();
    }

    /** All events so far, read or not. */
    public synchronized List<E> all() {
        return List.copyOf(events);
    }

    /** All matching events so far, read or not. */
    public List<E> all(Predicate<? super E> matches) {
        return all().stream().filter(matches).toList();
    }

    @SuppressWarnings("WaitNotInLoop") // the callers loop
    private void waitUntil(long deadline, String description) {
        long left = deadline - System.nanoTime();
        if (ended || left <= 0) {
            throw new AssertionError("expected " + description + (ended ? ", but the log has ended" : "") + this);
        }
        try {
            wait(left / 1_000_000 + 1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + description + this, e);
        }
    }

    @Override
    public synchronized String toString() {
        StringBuilder text = new StringBuilder("\nevents (" + events.size() + " in all)");
        events.subList(Math.max(0, events.size() - 40), events.size())
                .forEach(event -> text.append("\n  ").append(event));
        return text.append(context.get()).toString();
    }
}
