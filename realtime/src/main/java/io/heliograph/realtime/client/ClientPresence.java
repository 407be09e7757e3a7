package io.heliograph.realtime.client;

import io.heliograph.Subscription;
import io.heliograph.codec.Payload;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.BlockableFuture;
import io.heliograph.internal.Failures;
import io.heliograph.realtime.ChannelMember;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.PresenceChange;
import io.heliograph.realtime.packet.AbortedCallException;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.realtime.packet.UnsentException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Presence of a client: the members of channels. A watch is requested again on each connection, and its listeners are notified of the
 * difference. Event loop only, except for {@link #members} and {@link #on}.
 */
final class ClientPresence {

    private static final TypeRef<Object> ANY = TypeRef.of(Object.class);

    private final DefaultRealtimeClient client;
    private final Map<String, Watch> watches = new HashMap<>();

    ClientPresence(DefaultRealtimeClient client) {
        this.client = client;
    }

    /** Channel whose members are watched. */
    private final class Watch {

        final String channel;
        final List<Listener> listeners = new ArrayList<>();

        /** Members that the listeners know, by id. */
        Map<String, ChannelMember> members = new LinkedHashMap<>();

        /** Changes since the request of the watch, whose response may be older; null without a request. */
        @Nullable
        List<PresenceChange> early;

        boolean confirmed;

        Watch(String channel) {
            this.channel = channel;
        }

        void request() {
            List<PresenceChange> since = new ArrayList<>();
            early = since;
            CompletableFuture<Object> unused = call("helio.presence.watch", channel)
                    .whenComplete((answer, failure) -> client.onLoop(() -> answered(since, answer, failure)));
        }

        @SuppressWarnings("ReferenceEquality") // a later request has another list
        private void answered(List<PresenceChange> since, @Nullable Object answer, @Nullable Throwable failure) {
            if (early != since) {
                return; // requested again on another connection
            }
            early = null;
            if (failure != null) {
                Throwable cause = Failures.unwrap(failure);
                if (!(cause instanceof AbortedCallException) && !(cause instanceof UnsentException)) {
                    refused(cause);
                } // else requested again on the next connection
                return;
            }
            confirmed = true;
            Map<String, ChannelMember> present = new LinkedHashMap<>();
            membersOf(answer, "members").forEach(member -> present.put(member.id(), member));
            since.forEach(change -> apply(change, present));
            notifyOf(present);
            listeners.forEach(listener -> client.settle(() -> listener.accepted.complete(null)));
        }

        private void refused(Throwable failure) {
            boolean waiting = false;
            for (Listener listener : listeners) {
                waiting |= !listener.accepted.isDone();
                client.settle(() -> listener.accepted.completeExceptionally(failure));
            }
            if (!waiting) {
                client.report(failure); // the watch was accepted on an earlier connection
            }
        }

        void changed(PresenceChange change) {
            if (early != null) {
                early.add(change);
                return;
            }
            Map<String, ChannelMember> present = new LinkedHashMap<>(members);
            apply(change, present);
            notifyOf(present);
        }

        private void notifyOf(Map<String, ChannelMember> present) {
            List<ChannelMember> joined = present.values().stream()
                    .filter(member -> !member.equals(members.get(member.id())))
                    .toList();
            List<ChannelMember> left = members.values().stream()
                    .filter(member -> !present.containsKey(member.id()))
                    .toList();
            members = present;
            if (!joined.isEmpty() || !left.isEmpty()) {
                PresenceChange change = new PresenceChange(joined, left);
                List.copyOf(listeners).forEach(listener -> listener.deliver(change));
            }
        }
    }

    private static void apply(PresenceChange change, Map<String, ChannelMember> members) {
        change.joined().forEach(member -> members.put(member.id(), member));
        change.left().forEach(member -> members.remove(member.id()));
    }

    /** Listener of the members of a channel. */
    private final class Listener implements Subscription {

        final String channel;
        final Consumer<? super PresenceChange> consumer;
        final CompletableFuture<Void> accepted = new BlockableFuture<>();
        private volatile boolean closed;

        Listener(String channel, Consumer<? super PresenceChange> consumer) {
            this.channel = channel;
            this.consumer = consumer;
        }

        void deliver(PresenceChange change) {
            client.executor.execute(() -> {
                if (closed) {
                    return;
                }
                try {
                    consumer.accept(change);
                } catch (Throwable failure) {
                    client.listenerFailed(failure);
                }
            });
        }

        @Override
        public void close() {
            closed = true;
            accepted.cancel(false);
            client.onLoop(() -> remove(this));
        }

        @Override
        public CompletableFuture<Void> subscribed() {
            return accepted.copy();
        }
    }

    // ---- thread-safe

    CompletableFuture<List<ChannelMember>> members(String channel) {
        return call("helio.presence", channel).thenApply(answer -> membersOf(answer, "members"));
    }

    Subscription on(String channel, Consumer<? super PresenceChange> consumer) {
        Listener listener = new Listener(channel, consumer);
        client.onLoop(() -> add(listener));
        return listener;
    }

    private CompletableFuture<Object> call(String procedure, String channel) {
        Map<String, Object> data = Map.of("channel", client.current().channelPrefix() + channel);
        return client.call(procedure, data, ANY, client.current().ackTimeout());
    }

    // ---- event loop only

    private void add(Listener listener) {
        if (client.isClosing()) {
            client.settle(() -> listener.accepted.completeExceptionally(ClientFailures.closed("onPresence")));
            return;
        }
        Watch watch = watches.get(listener.channel);
        if (watch == null) {
            watch = new Watch(listener.channel);
            watches.put(listener.channel, watch);
        }
        watch.listeners.add(listener);
        if (watch.confirmed && watch.early == null) {
            client.settle(() -> listener.accepted.complete(null));
        } else if (client.life.isOpen() && watch.early == null) {
            watch.request();
        } else if (!client.life.isOpen()) {
            client.life.connect(null);
        }
        if (!watch.members.isEmpty()) {
            listener.deliver(new PresenceChange(List.copyOf(watch.members.values()), List.of()));
        }
    }

    private void remove(Listener listener) {
        Watch watch = watches.get(listener.channel);
        if (watch != null && watch.listeners.remove(listener) && watch.listeners.isEmpty()) {
            watches.remove(listener.channel);
            if (client.life.isOpen()) {
                CompletableFuture<Object> unused = call("helio.presence.unwatch", listener.channel);
            }
        }
    }

    /** Requests all watches on a new connection. */
    void connected() {
        watches.values().forEach(Watch::request);
    }

    /** Fails the watches that the server has not accepted, because the client is closed. */
    void close() {
        for (Watch watch : watches.values()) {
            for (Listener listener : watch.listeners) {
                client.settle(() -> listener.accepted.completeExceptionally(ClientFailures.closed("onPresence")));
            }
        }
    }

    /**
     * Processes a change that the server has reported.
     *
     * @return whether the channel is watched
     */
    boolean changed(@Nullable String channel, Payload data) {
        Watch watch = watches.get(channel);
        if (watch == null) {
            return false;
        }
        Object value = PacketCodec.value(data);
        try {
            watch.changed(new PresenceChange(membersOf(value, "joined"), membersOf(value, "left")));
        } catch (InvalidMessageException invalid) {
            client.report(invalid);
        }
        return true;
    }

    /** Returns the members in an object; empty if the object does not have them. */
    private static List<ChannelMember> membersOf(@Nullable Object object, String field) {
        List<ChannelMember> members = new ArrayList<>();
        if (object instanceof Map<?, ?> map && map.get(field) instanceof List<?> list) {
            for (Object each : list) {
                if (!(each instanceof Map<?, ?> member)
                        || !(member.get("id") instanceof String id)
                        || !(member.get("user") instanceof String user)) {
                    throw new InvalidMessageException("a member of a channel (expected: an object with id and user)");
                }
                members.add(new ChannelMember(id, user, member.get("info")));
            }
        }
        return members;
    }
}
