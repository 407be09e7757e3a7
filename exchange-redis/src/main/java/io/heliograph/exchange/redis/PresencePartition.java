package io.heliograph.exchange.redis;

import io.heliograph.Subscription;
import io.heliograph.exchange.memory.InMemoryPresence;
import io.heliograph.exchange.presence.Presence;
import io.heliograph.exchange.presence.Presence.Member;
import io.heliograph.exchange.presence.PresenceListener;
import io.lettuce.core.ScriptOutputType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Members of the channels of one partition. Thread-safe. */
final class PresencePartition implements PartitionClient {

    private static final String FORGET_LENGTH = "100";

    private final PartitionKeys keys;
    private final PartitionLink link;
    private final Membership membership;

    /** Members of the watched channels, whose listeners it notifies. */
    private final InMemoryPresence view;

    // Guarded by this.
    private final Map<String, Map<String, Member>> own = new HashMap<>();
    private final Map<String, Watch> watches = new HashMap<>();

    PresencePartition(PartitionKeys keys, PartitionLink link, Membership membership, InMemoryPresence view) {
        this.keys = keys;
        this.link = link;
        this.membership = membership;
        this.view = view;
    }

    /** A watched channel with its listeners. */
    private static final class Watch {
        final WatchedChannel channel;

        /** Listeners that wait for the members as of their registration. */
        final List<Watching> waiting = new ArrayList<>();

        int listeners;
        boolean read;
        boolean again;

        @Nullable
        CompletableFuture<Void> reading;

        Watch(WatchedChannel channel) {
            this.channel = channel;
        }
    }

    /** Registration of a listener. Guarded by the partition. */
    private final class Watching implements Subscription {
        private final String channel;
        private final PresenceListener listener;
        private @Nullable Subscription registered;
        private boolean closed;

        Watching(String channel, PresenceListener listener) {
            this.channel = channel;
            this.listener = listener;
        }

        void register() {
            if (!closed) {
                registered = view.watch(channel, listener);
            }
        }

        @Override
        public void close() {
            end(this);
        }
    }

    // ---- link

    @Override
    public PartitionKeys keys() {
        return keys;
    }

    @Override
    public void attach(RedisLink opened) {
        link.attach(opened);
        renew();
        synchronized (this) {
            watches.forEach((channel, watch) -> {
                read(channel, watch);
                subscribe(opened, channel);
            });
        }
    }

    @Override
    public void detach(RedisLink lost) {
        link.detach(lost);
    }

    @Override
    public synchronized void received(String topic, byte[] message) {
        String channel = keys.watchedChannel(topic);
        Watch watch = channel == null ? null : watches.get(channel);
        if (channel == null || watch == null) {
            return;
        }
        WireText text = new WireText(message);
        String sign = text.word();
        if (sign.equals("~")) {
            read(channel, watch);
            return;
        }
        String node = String.valueOf(Commands.text(text.take((int) text.number())));
        String id = String.valueOf(Commands.text(text.take((int) text.number())));
        Member member = sign.equals("+") ? MemberBytes.decode(id, text.take(text.remaining())) : null;
        watch.channel.change(node, id, member);
    }

    @Override
    public void ended(String topic) {
        String channel = keys.watchedChannel(topic);
        RedisLink current = link.current();
        if (channel != null && current != null) {
            synchronized (this) {
                if (watches.containsKey(channel)) {
                    subscribe(current, channel);
                }
            }
        }
    }

    private void subscribe(RedisLink on, String channel) {
        link.subscribe(on, keys.changes(channel)).thenRun(() -> {
            synchronized (this) {
                Watch watch = watches.get(channel);
                if (watch != null) {
                    read(channel, watch); // what has changed before the subscription
                }
            }
        });
    }

    // ---- own members

    CompletableFuture<Void> enter(String channel, Member member) {
        byte[] bytes = MemberBytes.encode(member);
        String node = membership.id();
        CompletableFuture<String> answer;
        synchronized (this) {
            own.computeIfAbsent(channel, name -> new LinkedHashMap<>()).put(member.id(), member);
            answer = ask(
                    "enter",
                    channel,
                    node,
                    List.of(
                            Commands.bytes(node),
                            Commands.bytes(channel),
                            Commands.bytes(Presence.MAX_MEMBERS),
                            keys.members(channel, ""),
                            Commands.bytes(member.id()),
                            bytes));
        }
        return answer.thenAccept(reply -> {
            if (reply.equals("full")) {
                forget(channel, member.id());
                throw new IllegalStateException(
                        "presence: the channel has " + Presence.MAX_MEMBERS + " members (expected: fewer)");
            }
        });
    }

    private synchronized void forget(String channel, String id) {
        Map<String, Member> members = own.get(channel);
        if (members != null) {
            members.remove(id);
            if (members.isEmpty()) {
                own.remove(channel);
            }
        }
    }

    CompletableFuture<Void> leave(String channel, String id) {
        String node = membership.id();
        CompletableFuture<String> answer;
        synchronized (this) {
            forget(channel, id);
            answer = ask(
                    "leave", channel, node, List.of(Commands.bytes(node), Commands.bytes(channel), Commands.bytes(id)));
        }
        return answer.thenAccept(reply -> {});
    }

    private CompletableFuture<String> ask(String function, String channel, String node, List<byte[]> arguments) {
        List<byte[]> names =
                List.of(keys.nodes(channel), keys.members(channel, node), keys.channels(node), keys.changes(channel));
        return link.ask(commands -> commands.<byte[]>call(ScriptOutputType.VALUE, function, names, arguments))
                .thenApply(reply -> String.valueOf(Commands.text(reply)));
    }

    /** Writes the own members again, which Redis may lack. */
    synchronized void renew() {
        String node = membership.id();
        own.forEach((channel, members) -> {
            List<byte[]> arguments = new ArrayList<>();
            arguments.add(Commands.bytes(node));
            arguments.add(Commands.bytes(channel));
            members.forEach((id, member) -> {
                arguments.add(Commands.bytes(id));
                arguments.add(MemberBytes.encode(member));
            });
            ask("renew", channel, node, arguments);
        });
    }

    /** Deletes the members of a node. */
    CompletableFuture<Void> forget(String node) {
        return link.ask(commands -> commands.<Long>call(
                        ScriptOutputType.INTEGER,
                        "forget",
                        List.of(keys.channels(node)),
                        List.of(Commands.bytes(node), keys.prefix(), Commands.bytes(FORGET_LENGTH))))
                .thenCompose(left -> left > 0 ? forget(node) : CompletableFuture.completedFuture(null));
    }

    // ---- members of all nodes

    CompletableFuture<Map<String, Map<String, Member>>> members(String channel) {
        return link.ask(commands ->
                        commands.call("members", List.of(keys.nodes(channel)), List.of(keys.members(channel, ""))))
                .thenApply(reply -> {
                    Map<String, Map<String, Member>> nodes = new LinkedHashMap<>();
                    for (int i = 0; i + 1 < reply.size(); i += 2) {
                        List<?> entries = (List<?>) reply.get(i + 1);
                        Map<String, Member> members = new LinkedHashMap<>();
                        for (int j = 0; j + 1 < entries.size(); j += 2) {
                            String id = String.valueOf(Commands.text(entries.get(j)));
                            members.put(id, MemberBytes.decode(id, (byte[]) entries.get(j + 1)));
                        }
                        nodes.put(String.valueOf(Commands.text(reply.get(i))), members);
                    }
                    return nodes;
                });
    }

    CompletableFuture<Long> count(String channel) {
        return link.ask(commands ->
                        commands.call("counts", List.of(keys.nodes(channel)), List.of(keys.members(channel, ""))))
                .thenApply(reply -> {
                    long count = 0;
                    for (int i = 0; i + 1 < reply.size(); i += 2) {
                        if (isAlive(String.valueOf(Commands.text(reply.get(i))))) {
                            count += (Long) reply.get(i + 1);
                        }
                    }
                    return count;
                });
    }

    boolean isAlive(String node) {
        return node.equals(membership.id()) || membership.alive().contains(node);
    }

    // ---- watching

    synchronized Subscription watch(String channel, PresenceListener listener) {
        Watching watching = new Watching(channel, listener);
        Watch watch = watches.get(channel);
        boolean first = watch == null;
        if (watch == null) {
            watch = new Watch(new WatchedChannel(this::isAlive, (id, member) -> show(channel, id, member)));
            watches.put(channel, watch);
        }
        watch.listeners++;
        if (watch.read) {
            watching.register();
        } else {
            watch.waiting.add(watching);
        }
        if (first) {
            // The members now are the beginning; those after the subscription have entered.
            read(channel, watch);
            RedisLink current = link.current();
            if (current != null && current.isOpen()) {
                subscribe(current, channel);
            }
        }
        return watching;
    }

    private void show(String channel, String id, @Nullable Member member) {
        if (member == null) {
            view.leave(channel, id);
        } else {
            view.enter(channel, member);
        }
    }

    /** Reads the members of a watched channel, once more if a read is in progress. Guarded by this. */
    private CompletableFuture<Void> read(String channel, Watch watch) {
        if (watch.reading != null) {
            watch.again = true;
            return watch.reading;
        }
        CompletableFuture<Void> reading = new CompletableFuture<>();
        watch.reading = reading;
        watch.channel.beginRead();
        members(channel).whenComplete((members, failure) -> {
            CompletableFuture<Void> next = null;
            synchronized (this) {
                watch.reading = null;
                if (watches.get(channel) == watch) {
                    if (failure == null) {
                        watch.channel.read(members, () -> {
                            watch.read = true;
                            watch.waiting.forEach(Watching::register);
                            watch.waiting.clear();
                        });
                    } else {
                        watch.channel.endRead();
                    }
                    next = watch.again ? read(channel, watch) : null;
                }
                watch.again = false;
            }
            if (next == null) {
                reading.complete(null); // after a failure, the next link reads again
            } else {
                next.thenRun(() -> reading.complete(null));
            }
        });
        return reading;
    }

    private synchronized void end(Watching watching) {
        Watch watch = watches.get(watching.channel);
        if (watching.closed || watch == null) {
            return;
        }
        watching.closed = true;
        watch.waiting.remove(watching);
        if (watching.registered != null) {
            watching.registered.close();
        }
        if (--watch.listeners == 0) {
            watches.remove(watching.channel);
            view.members(watching.channel)
                    .thenAccept(members -> members.forEach(each -> view.leave(watching.channel, each.id())));
            RedisLink current = link.current();
            if (current != null) {
                current.unsubscribe(keys.changes(watching.channel));
            }
        }
    }

    /** A node has joined, left or died. */
    synchronized void nodesChanged() {
        watches.values().forEach(watch -> watch.channel.compare());
    }

    /** Reads the members of all watched channels again. */
    synchronized CompletableFuture<Void> refresh() {
        List<CompletableFuture<Void>> reads = new ArrayList<>();
        watches.forEach((channel, watch) -> reads.add(read(channel, watch)));
        return CompletableFuture.allOf(reads.toArray(CompletableFuture[]::new));
    }
}
