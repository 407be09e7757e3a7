package io.heliograph.exchange.memory;

import io.heliograph.CloseReason;
import io.heliograph.ClosedException;
import io.heliograph.Subscription;
import io.heliograph.endpoint.FailureLog;
import io.heliograph.endpoint.Listeners;
import io.heliograph.exchange.presence.Presence;
import io.heliograph.exchange.presence.PresenceListener;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Presence of a single process. Thread-safe. */
public final class InMemoryPresence implements Presence {

    private final FailureLog failures = new FailureLog(LoggerFactory.getLogger(Presence.class));
    private final long linger;
    private final LongSupplier nanoTime;

    // Guarded by this: members by channel and id, and watched channels.
    private final Map<String, Map<String, Member>> channels = new HashMap<>();
    private final Map<String, Watch> watches = new HashMap<>();
    private final Deque<Leaving> leaving = new ArrayDeque<>();
    private boolean timer;
    private boolean closed;

    /** Member of a watched channel that has left, oldest first. */
    private record Leaving(String channel, String id, long since) {}

    /** A watched channel. */
    private final class Watch {

        final String channel;
        final Listeners<PresenceListener> listeners =
                new Listeners<>(failure -> failures.userCode("presence listener", null, failure));

        /** Members that the listeners know. Used by one thread at a time. */
        final Map<String, Member> known;

        /** Ids of members that may have changed, and whether a thread notifies the listeners. Guarded by the presence. */
        final Set<String> changed = new LinkedHashSet<>();

        boolean running;

        Watch(String channel, Map<String, Member> known) {
            this.channel = channel;
            this.known = new HashMap<>(known);
        }

        /** Notes a change. Guarded by the presence. */
        void note(String id) {
            changed.add(id);
            if (!running) {
                running = true;
                Thread.ofVirtual().name("heliograph-exchange").start(this::run);
            }
        }

        private void run() {
            for (Map<String, @Nullable Member> batch = take(this); !batch.isEmpty(); batch = take(this)) {
                batch.forEach(this::compare);
            }
        }

        private void compare(String id, @Nullable Member present) {
            if (present == null) {
                Member before = known.remove(id);
                if (before != null) {
                    listeners.emit((listener, member, unused) -> listener.left(member), before, null);
                }
                return;
            }
            Member before = known.put(id, present);
            if (before == null) {
                listeners.emit((listener, member, unused) -> listener.entered(member), present, null);
            } else if (!before.equals(present)) {
                listeners.emit((listener, member, unused) -> listener.changed(member), present, null);
            }
        }
    }

    /** @param linger time between the leave of a member and its report to listeners */
    public InMemoryPresence(Duration linger, LongSupplier nanoTime) {
        this.linger = TimeUnit.NANOSECONDS.convert(linger);
        this.nanoTime = nanoTime;
    }

    /** Returns the rejection of a member whose information is too long; null for any other member. */
    public static @Nullable IllegalArgumentException tooLong(Member member) {
        int length = member.info() == null ? 0 : member.info().length();
        return length <= MAX_INFO_BYTES
                ? null
                : new IllegalArgumentException("info: " + length + " bytes (expected: at most " + MAX_INFO_BYTES + ")");
    }

    @Override
    public synchronized CompletableFuture<Void> enter(String channel, Member member) {
        if (closed) {
            return closed();
        }
        IllegalArgumentException tooLong = tooLong(member);
        if (tooLong != null) {
            return CompletableFuture.failedFuture(tooLong);
        }
        Map<String, Member> members = channels.computeIfAbsent(channel, name -> new HashMap<>());
        if (members.size() >= MAX_MEMBERS && !members.containsKey(member.id())) {
            return CompletableFuture.failedFuture(new IllegalStateException(
                    "presence: the channel has " + MAX_MEMBERS + " members (expected: fewer)"));
        }
        members.put(member.id(), member);
        Watch watch = watches.get(channel);
        if (watch != null) {
            watch.note(member.id());
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public synchronized CompletableFuture<Void> leave(String channel, String memberId) {
        if (closed) {
            return closed();
        }
        Map<String, Member> members = channels.get(channel);
        if (members != null && members.remove(memberId) != null) {
            if (members.isEmpty()) {
                channels.remove(channel);
            }
            if (watches.containsKey(channel)) {
                leaving.add(new Leaving(channel, memberId, nanoTime.getAsLong()));
                startTimer();
            }
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public synchronized CompletableFuture<List<Member>> members(String channel) {
        return closed
                ? closed()
                : CompletableFuture.completedFuture(
                        List.copyOf(channels.getOrDefault(channel, Map.of()).values()));
    }

    @Override
    public synchronized CompletableFuture<Long> count(String channel) {
        return closed
                ? closed()
                : CompletableFuture.completedFuture(
                        (long) channels.getOrDefault(channel, Map.of()).size());
    }

    @Override
    public CompletableFuture<List<Member>> connections(String user) {
        return members(Presence.userChannel(user));
    }

    @Override
    public synchronized Subscription watch(String channel, PresenceListener listener) {
        Watch watch = watches.computeIfAbsent(channel, name -> new Watch(name, channels.getOrDefault(name, Map.of())));
        Subscription subscription = watch.listeners.on(listener);
        return () -> {
            subscription.close();
            end(watch);
        };
    }

    private synchronized void end(Watch watch) {
        if (watch.listeners.isEmpty()) {
            watches.remove(watch.channel, watch);
        }
    }

    /** Takes the members that may have changed, with their present state. */
    private synchronized Map<String, @Nullable Member> take(Watch watch) {
        Map<String, @Nullable Member> batch = new HashMap<>();
        Map<String, Member> members = channels.getOrDefault(watch.channel, Map.of());
        for (String id : watch.changed) {
            batch.put(id, members.get(id));
        }
        watch.changed.clear();
        watch.running = !batch.isEmpty();
        return batch;
    }

    /** Number of channels that have members. */
    public synchronized int channels() {
        return channels.size();
    }

    /** Reports the members that have left before the linger time. */
    public synchronized void expire() {
        timer = false;
        long now = nanoTime.getAsLong();
        List<Leaving> left = new ArrayList<>();
        while (!leaving.isEmpty() && now - leaving.getFirst().since >= linger) {
            left.add(leaving.removeFirst());
        }
        for (Leaving each : left) {
            Watch watch = watches.get(each.channel);
            if (watch != null) {
                watch.note(each.id);
            }
        }
        startTimer();
    }

    /** Guarded by this. */
    private void startTimer() {
        if (timer || closed || leaving.isEmpty()) {
            return;
        }
        timer = true;
        long wait =
                Math.max(TimeUnit.MILLISECONDS.toNanos(1), linger - (nanoTime.getAsLong() - leaving.getFirst().since));
        CompletableFuture.delayedExecutor(wait, TimeUnit.NANOSECONDS).execute(this::expire);
    }

    private static <T> CompletableFuture<T> closed() {
        return CompletableFuture.failedFuture(
                new ClosedException("the engine is closed", new CloseReason.Local(), true));
    }

    public synchronized void close() {
        closed = true;
        channels.clear();
        watches.clear();
        leaving.clear();
    }
}
