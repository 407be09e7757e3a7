package io.heliograph.exchange;

import io.heliograph.DropReason;
import io.heliograph.QueueFullException;
import io.heliograph.Subscription;
import io.heliograph.transport.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Subscriptions by pattern. A channel that is published or subscribed in this exchange is opened: each matching pattern subscription gets an
 * ordinary subscription, until nobody has used the channel for a minute. Thread-safe.
 */
final class PatternSubscriptions {

    /** Maximum number of channels of one pattern subscription. */
    static final int MAX_CHANNELS = 10_000;

    /** Maximum number of publications that wait until a channel has been opened. */
    static final int MAX_DEFERRED = 10_000;

    private static final Duration SWEEP_INTERVAL = Duration.ofSeconds(20);
    private static final int MAX_IDLE_SWEEPS = 3;
    private static final int CLOSED = -1;

    private final DefaultExchange exchange;
    private final List<Member> members = new CopyOnWriteArrayList<>();
    private final Map<String, OpenedChannel> opened = new ConcurrentHashMap<>();
    private final AtomicBoolean sweeping = new AtomicBoolean();

    /** Last positions of closed channels of a distributed broker, the latest last. Guarded by itself. */
    private final Map<String, Position> ended = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Position> eldest) {
            return size() > MAX_CHANNELS;
        }
    };

    PatternSubscriptions(DefaultExchange exchange) {
        this.exchange = exchange;
    }

    /** A pattern subscription. */
    private final class Member implements Subscription {

        final List<ChannelPattern> patterns;
        final EventLoop loop;
        final Subscriber subscriber;
        final AtomicInteger channels = new AtomicInteger();
        final AtomicBoolean overflowReported = new AtomicBoolean();

        Member(List<ChannelPattern> patterns, EventLoop loop, Subscriber subscriber) {
            this.patterns = patterns;
            this.loop = loop;
            this.subscriber = subscriber;
        }

        boolean matches(String channel) {
            for (ChannelPattern pattern : patterns) {
                if (pattern.matches(channel)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public void close() {
            members.remove(this);
            opened.values().forEach(channel -> channel.leave(this));
        }
    }

    /** Subscription of a member to an opened channel. */
    private final class Entry implements Subscriber {

        final OpenedChannel channel;
        final Member member;
        volatile @Nullable Position last;
        volatile @Nullable CompletableFuture<ChannelSubscription> subscription;
        private volatile boolean left;

        Entry(OpenedChannel channel, Member member) {
            this.channel = channel;
            this.member = member;
        }

        CompletableFuture<ChannelSubscription> join(@Nullable Position after) {
            CompletableFuture<ChannelSubscription> joining = exchange.add(channel.name, member.loop, this, after);
            subscription = joining;
            joining.thenAccept(started -> {
                last = started.position();
                if (started.recovery() instanceof Recovery.Lost lost) {
                    // The future completes on the event loop of the subscriber.
                    gap(new Gap(channel.name, started.position(), lost.reason()));
                }
            });
            if (left) {
                leave();
            }
            return joining;
        }

        void leave() {
            left = true;
            CompletableFuture<ChannelSubscription> joined = subscription;
            if (joined != null && !joined.cancel(false)) {
                joined.thenAccept(ChannelSubscription::unsubscribe);
            }
        }

        @Override
        public void published(Publication publication) {
            last = publication.position();
            channel.use();
            member.subscriber.published(publication);
        }

        @Override
        public void gap(Gap gap) {
            member.subscriber.gap(gap);
        }
    }

    /** A channel with subscriptions by pattern. */
    private final class OpenedChannel {

        final String name;
        private final Map<Member, Entry> entries = new ConcurrentHashMap<>();

        /** Number of sweeps since the last use, or {@link #CLOSED}. */
        private final AtomicInteger idle = new AtomicInteger();

        /** Publications that wait until the broker has confirmed the subscription; null afterwards. Guarded by this. */
        private @Nullable List<Runnable> deferred = new ArrayList<>();

        OpenedChannel(String name) {
            this.name = name;
        }

        /** Notes a use. Returns false if the channel has been closed. */
        boolean use() {
            while (true) {
                int sweeps = idle.get();
                if (sweeps == CLOSED) {
                    return false;
                }
                if (sweeps == 0 || idle.compareAndSet(sweeps, 0)) {
                    return true;
                }
            }
        }

        void open(List<Member> matching) {
            Position after;
            synchronized (ended) {
                after = ended.remove(name);
            }
            List<CompletableFuture<?>> joining = new ArrayList<>();
            for (Member member : matching) {
                CompletableFuture<?> joined = join(member, after);
                if (joined != null) {
                    joining.add(joined);
                }
            }
            if (exchange.isJoined(name)) {
                release();
                return;
            }
            CompletableFuture.allOf(joining.toArray(CompletableFuture<?>[]::new))
                    .whenComplete((none, failure) -> {
                        if (failure != null) {
                            close();
                        }
                        release();
                    });
        }

        @Nullable
        CompletableFuture<?> join(Member member, @Nullable Position after) {
            Entry entry = new Entry(this, member);
            if (entries.putIfAbsent(member, entry) != null) {
                return null;
            }
            if (member.channels.incrementAndGet() > MAX_CHANNELS) {
                leave(member);
                exchange.events.counters.drop(io.heliograph.DropReason.TOO_MANY_CHANNELS, 1);
                if (member.overflowReported.compareAndSet(false, true)) {
                    exchange.events.errorLater(new BrokerException(
                            "pattern subscription has " + MAX_CHANNELS + " channels and does not receive", name, null));
                }
                return null;
            }
            CompletableFuture<?> joining = entry.join(after);
            if (!members.contains(member)) {
                leave(member);
            }
            return joining;
        }

        void leave(Member member) {
            Entry entry = entries.remove(member);
            if (entry != null) {
                member.channels.decrementAndGet();
                entry.leave();
                if (entries.isEmpty()) {
                    idle.set(CLOSED);
                    opened.remove(name, this);
                }
            }
        }

        /**
         * Defers a publish until the channel is ready. Returns false, and does not run the publish, if the channel is
         * ready.
         *
         * @throws io.heliograph.QueueFullException if too many publications wait
         */
        boolean defer(Runnable publish) {
            synchronized (this) {
                if (deferred == null) {
                    return false;
                }
                if (deferred.size() >= MAX_DEFERRED) {
                    exchange.events.counters.drop(DropReason.QUEUE_FULL, 1);
                    throw Events.opening(name, MAX_DEFERRED);
                }
                deferred.add(publish);
                return true;
            }
        }

        /** Runs the publications that wait, in order. */
        private void release() {
            while (true) {
                List<Runnable> next;
                synchronized (this) {
                    next = deferred;
                    if (next == null || next.isEmpty()) {
                        deferred = null;
                        return;
                    }
                    deferred = new ArrayList<>();
                }
                next.forEach(Runnable::run);
            }
        }

        /** Counts a sweep, and closes the channel if nobody has used it and no other subscriber keeps it. */
        void sweep() {
            int sweeps = idle.get();
            if (sweeps == CLOSED) {
                return;
            }
            if (sweeps < MAX_IDLE_SWEEPS) {
                idle.compareAndSet(sweeps, sweeps + 1);
            } else if (exchange.subscribers(name) <= entries.size() && idle.compareAndSet(sweeps, CLOSED)) {
                close();
            }
        }

        private void close() {
            idle.set(CLOSED);
            for (Entry entry : List.copyOf(entries.values())) {
                Position last = entry.last;
                if (last != null && exchange.broker.isDistributed()) {
                    synchronized (ended) {
                        ended.put(name, last);
                    }
                }
                leave(entry.member);
            }
            opened.remove(name, this);
        }
    }

    /** Number of opened channels. */
    int opened() {
        return opened.size();
    }

    boolean isActive() {
        return !members.isEmpty();
    }

    Subscription add(Collection<ChannelPattern> patterns, EventLoop loop, Subscriber subscriber) {
        Member member = new Member(List.copyOf(patterns), loop, subscriber);
        members.add(member);
        for (OpenedChannel channel : opened.values()) {
            if (member.matches(channel.name)) {
                channel.join(member, null);
            }
        }
        for (String channel : exchange.channels()) {
            use(channel);
        }
        if (sweeping.compareAndSet(false, true)) {
            scheduleSweep();
        }
        return member;
    }

    /** Opens a channel if a pattern matches. Returns null if none matches. */
    @Nullable
    private OpenedChannel use(String name) {
        while (true) {
            OpenedChannel channel = opened.get(name);
            if (channel == null) {
                List<Member> matching =
                        members.stream().filter(member -> member.matches(name)).toList();
                if (matching.isEmpty()) {
                    return null;
                }
                OpenedChannel fresh = new OpenedChannel(name);
                channel = opened.putIfAbsent(name, fresh);
                if (channel == null) {
                    fresh.open(matching);
                    return fresh;
                }
            }
            if (channel.use()) {
                return channel;
            }
            opened.remove(name, channel);
        }
    }

    /** Opens a channel that has been subscribed. */
    void subscribed(String channel) {
        if (isActive()) {
            use(channel);
        }
    }

    /**
     * Opens a channel before a publication.
     *
     * @return null if the publication need not wait; otherwise the result of {@code publish}, which runs when the channel is open
     */
    @Nullable
    CompletableFuture<Position> beforePublish(String channel, Supplier<CompletableFuture<Position>> publish) {
        OpenedChannel used = use(channel);
        if (used == null) {
            return null;
        }
        CompletableFuture<Position> result = new CompletableFuture<>();
        Runnable deferred = () -> publish.get().whenComplete((position, failure) -> {
            if (failure == null) {
                result.complete(position);
            } else {
                result.completeExceptionally(failure);
            }
        });
        try {
            return used.defer(deferred) ? result : null;
        } catch (QueueFullException full) {
            return CompletableFuture.failedFuture(full);
        }
    }

    private void scheduleSweep() {
        CompletableFuture.delayedExecutor(SWEEP_INTERVAL.toNanos(), TimeUnit.NANOSECONDS, Events::runLater)
                .execute(this::sweepAgain);
    }

    private void sweepAgain() {
        sweep();
        if (isActive() && !exchange.isClosed()) {
            scheduleSweep();
            return;
        }
        sweeping.set(false);
        if (isActive() && !exchange.isClosed() && sweeping.compareAndSet(false, true)) {
            scheduleSweep();
        }
    }

    /** Closes the channels that nobody has used since the last sweeps. */
    void sweep() {
        opened.values().forEach(OpenedChannel::sweep);
    }
}
