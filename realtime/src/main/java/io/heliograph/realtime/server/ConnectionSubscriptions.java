package io.heliograph.realtime.server;

import io.heliograph.DropReason;
import io.heliograph.codec.Payload;
import io.heliograph.exchange.ChannelSubscription;
import io.heliograph.exchange.Position;
import io.heliograph.exchange.Subscriber;
import io.heliograph.internal.Failures;
import io.heliograph.internal.Printable;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.AuthTokenException;
import io.heliograph.realtime.BrokerException;
import io.heliograph.realtime.InvalidActionException;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.ServerEvent;
import io.heliograph.realtime.SocketEvent;
import io.heliograph.realtime.SocketState;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.realtime.packet.WireErrors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Subscriptions of one connection. Event loop only, except for reading. */
final class ConnectionSubscriptions extends ChannelRequests {

    /** Size up to which an immutable map is replaced on each change, which takes a quarter of the memory. */
    private static final int SMALL = 4;

    private final SubscriptionData kept = new SubscriptionData();

    /** Subscriber of the subscriptions with positions; created at first use. */
    private @Nullable Subscriber positioned;

    // Read by any thread.
    private volatile Map<String, ChannelSubscription> channels = Map.of();

    ConnectionSubscriptions(DefaultRealtimeSocket socket) {
        super(socket);
    }

    Set<String> names() {
        return Set.copyOf(channels.keySet());
    }

    boolean contains(String channel) {
        return channels.containsKey(channel);
    }

    private void put(String name, ChannelSubscription subscription) {
        Map<String, ChannelSubscription> present = channels;
        if (present.size() == SMALL && !(present instanceof ConcurrentHashMap)) {
            present = new ConcurrentHashMap<>(present);
            channels = present;
        }
        // The name is the instance of the exchange, which all subscribers share, unless the backend renames the
        // channel.
        String channel = name.equals(subscription.channel()) ? subscription.channel() : name;
        if (present instanceof ConcurrentHashMap) {
            present.put(channel, subscription);
        } else {
            Map<String, ChannelSubscription> more = new HashMap<>(present);
            more.put(channel, subscription);
            channels = Map.copyOf(more);
        }
    }

    private @Nullable ChannelSubscription remove(String channel) {
        kept.remove(channel);
        Map<String, ChannelSubscription> present = channels;
        if (present instanceof ConcurrentHashMap) {
            return present.remove(channel);
        }
        Map<String, ChannelSubscription> fewer = new HashMap<>(present);
        ChannelSubscription removed = fewer.remove(channel);
        channels = Map.copyOf(fewer);
        return removed;
    }

    // ---- #subscribe

    void subscribe(@Nullable String cid, Payload data, Optional<AuthTokenException> expired) {
        String channel = channel("Subscribe", cid, data);
        if (channel == null) {
            return;
        }
        Since since = Since.of(socket.context.reader.member(data, PacketCodec.Field.SINCE));
        if (since == null) {
            failed(
                    cid,
                    new InvalidActionException(
                            "Subscribe position was malformatted (expected: a position of this server, or an empty string)"));
            return;
        }
        Payload option = socket.context.reader.member(data, PacketCodec.Field.DATA);
        int revocations = socket.auth.revocations();
        if (socket.backend == null || cid == null) {
            ask(cid, channel, new Options(data, option, option, since, revocations), expired);
        } else {
            socket.backend.subscribe(
                    channel,
                    () -> ask(cid, channel, new Options(data, option, option, since, revocations), expired),
                    denied -> failed(cid, denied));
        }
    }

    private void ask(@Nullable String cid, String channel, Options options, Optional<AuthTokenException> expired) {
        if (!socket.server.middlewares.has(ActionKind.SUBSCRIBE)) {
            subscribe(cid, channel, options);
            return;
        }
        socket.steps.ask(
                ActionKind.SUBSCRIBE,
                new Action.Subscribe(socket, channel, options.original, expired),
                options.original,
                replaced -> subscribe(cid, channel, options.replacedBy(replaced)),
                error -> socket.fail(cid, error));
    }

    /**
     * Options of a subscription.
     *
     * @param packet data of the packet
     * @param original its member {@code data}
     * @param data the member, or its replacement by middleware
     * @param since the requested positions
     * @param revocations number of revocations when middleware was asked
     */
    private record Options(Payload packet, Payload original, Payload data, Since since, int revocations) {

        Options replacedBy(Payload other) {
            return new Options(packet, original, other, since, revocations);
        }

        boolean isReplaced() {
            return !data.equals(original);
        }
    }

    private void subscribe(@Nullable String cid, String channel, Options options) {
        if (cid == null) {
            socket.offerReceiver("#subscribe", options.data);
            return;
        }
        if (socket.state() != SocketState.OPEN) {
            failed(
                    cid,
                    new InvalidActionException(
                            "Cannot subscribe socket to a channel before it has completed the handshake"));
            return;
        }
        ChannelSubscription present = channels.get(channel);
        boolean replaces = present != null && options.since.isRequested();
        if (!replaces && channels.size() >= socket.config.limits().maxChannels()) {
            socket.events.dropped(DropReason.TOO_MANY_CHANNELS, 1);
            failed(
                    cid,
                    subscribeFailure(
                            channel,
                            new InvalidActionException("Socket "
                                    + socket.id()
                                    + " tried to exceed the channel subscription limit of "
                                    + socket.config.limits().maxChannels())));
            return;
        }
        if (present != null && !replaces) {
            subscribed(cid, channel, options, PacketCodec.ABSENT);
            return;
        }
        socket.steps.await(
                subscribing(channel, options.since),
                subscription -> {
                    if (socket.state() == SocketState.CLOSED) {
                        subscription.unsubscribe(); // the exchange reports a failure
                        return;
                    }
                    if (present != null) {
                        if (!isCurrent(channel, present)) {
                            subscription.unsubscribe();
                            failed(cid, subscribeFailure(channel, new InvalidActionException("Kicked out meanwhile")));
                            return;
                        }
                        present.unsubscribe();
                        socket.outbound.forget(present.channel());
                    } else if (socket.backend != null) {
                        socket.backend.subscribed(channel);
                    }
                    put(channel, subscription);
                    subscribed(cid, channel, options, options.since.answer(subscription));
                },
                failure -> failed(cid, subscribeFailure(channel, failure)));
    }

    private CompletableFuture<ChannelSubscription> subscribing(String channel, Since since) {
        if (!since.isRequested()) {
            return socket.server.exchange().subscribe(socket.server.channel(channel), socket.loop, socket);
        }
        Subscriber present = positioned;
        if (present == null) {
            present = new PositionedSubscriber(socket);
            positioned = present;
        }
        Position after = since.after();
        String target = socket.server.channel(channel);
        return after == null
                ? socket.server.exchange().subscribe(target, socket.loop, present)
                : socket.server.exchange().subscribe(target, socket.loop, present, after);
    }

    private void subscribed(String cid, String channel, Options options, @Nullable Object answer) {
        if (socket.config.auth().recheckSubscriptions()) {
            kept.put(channel, options.original);
        }
        if (socket.events.isObserved(ServerEvent.Subscription.class)) {
            Map<String, Payload> shown = options(options.packet, options.data, options.isReplaced());
            socket.events.emit(
                    new SocketEvent.Subscribe(channel, shown), new ServerEvent.Subscription(socket, channel, shown));
        }
        socket.respond("#subscribe", cid, options.packet, answer);
        if (options.revocations != socket.auth.revocations()) {
            recheck(channel, Optional.empty()); // middleware has decided by a token that is revoked
            reauthorize(channel);
        }
    }

    /** Asks middleware again about all subscriptions, because rights have ended. */
    void recheck(Optional<AuthTokenException> expired) {
        if (socket.server.middlewares.has(ActionKind.SUBSCRIBE)) {
            names().forEach(channel -> recheck(channel, expired));
        }
    }

    /** Asks the backend again about all subscriptions, because rights may have ended. */
    void reauthorize() {
        socket.auth.rightsChanged();
        names().forEach(this::reauthorize);
    }

    private void reauthorize(String channel) {
        ChannelSubscription subscription = channels.get(channel);
        BackendConnection backend = socket.backend;
        if (subscription == null || backend == null || socket.state() != SocketState.OPEN) {
            return;
        }
        backend.resubscribe(channel, denied -> {
            if (isCurrent(channel, subscription)) {
                kickOut(List.of(channel), kickOutMessage(denied));
            }
        });
    }

    /** Asks middleware again about a subscription, and kicks the client out if it is rejected. */
    private void recheck(String channel, Optional<AuthTokenException> expired) {
        ChannelSubscription subscription = channels.get(channel);
        if (subscription == null || socket.state() != SocketState.OPEN) {
            return;
        }
        Payload data = kept.get(channel);
        socket.steps.decide(
                ActionKind.SUBSCRIBE,
                new Action.Subscribe(socket, channel, data == null ? socket.packets.absent : data, expired),
                allowed -> {},
                error -> {
                    if (isCurrent(channel, subscription)) {
                        kickOut(List.of(channel), kickOutMessage(error));
                    }
                });
    }

    @SuppressWarnings("ReferenceEquality") // a client may have subscribed again
    private boolean isCurrent(String channel, ChannelSubscription subscription) {
        return channels.get(channel) == subscription && socket.state() == SocketState.OPEN;
    }

    private static String kickOutMessage(Throwable error) {
        return error instanceof RealtimeException known ? known.message() : WireErrors.NEUTRAL;
    }

    /** Returns the members of the client's packet other than the channel. */
    private Map<String, Payload> options(Payload data, Payload option, boolean replaced) {
        if (!(PacketCodec.value(data) instanceof Map<?, ?> object)) {
            socket.report(new InvalidMessageException("The data of a subscription cannot be read"));
            return Map.of();
        }
        if (object.size() == 1 && !replaced) {
            return Map.of();
        }
        Map<String, Payload> options = new LinkedHashMap<>();
        object.forEach((key, value) -> {
            if (!"channel".equals(key)) {
                options.put(String.valueOf(key), Payload.ofValue(data.codec(), value));
            }
        });
        if (replaced) {
            options.put("data", option);
        }
        return options;
    }

    private RealtimeException subscribeFailure(String channel, Throwable cause) {
        if (socket.backend != null && !(cause instanceof RealtimeException)) {
            return socket.backend.backend.error(cause);
        }
        return new BrokerException(
                "Failed to subscribe socket to the " + Printable.of(channel) + " channel - " + shown(cause));
    }

    // ---- #unsubscribe

    void unsubscribe(@Nullable String cid, Payload data) {
        if (!(PacketCodec.value(data) instanceof String channel)) {
            malformed("Unsubscribe", cid);
            return;
        }
        if (isTooLong("Unsubscribe", cid, channel)) {
            return;
        }
        ChannelSubscription subscription = take(channel);
        if (subscription == null) {
            failed(cid, notSubscribed(channel));
            return;
        }
        socket.steps.await(
                subscription.unsubscribe(),
                done -> {
                    unsubscribed(channel);
                    if (cid == null) {
                        socket.offerReceiver("#unsubscribe", data);
                    } else {
                        socket.respond("#unsubscribe", cid, data, PacketCodec.ABSENT);
                    }
                },
                failure -> {
                    unsubscribed(channel);
                    failed(cid, unsubscribeFailure(channel, failure));
                });
    }

    private BrokerException notSubscribed(String channel) {
        return unsubscribeFailure(channel, notAMember());
    }

    private InvalidActionException notAMember() {
        return new InvalidActionException(
                "Socket " + socket.id() + " tried to unsubscribe from a channel which it is not subscribed to");
    }

    private static BrokerException unsubscribeFailure(String channel, Throwable cause) {
        return new BrokerException(
                "Failed to unsubscribe socket from the " + Printable.of(channel) + " channel - " + shown(cause));
    }

    private @Nullable ChannelSubscription take(String channel) {
        ChannelSubscription taken = remove(channel);
        if (taken != null) {
            socket.outbound.forget(taken.channel());
            if (socket.backend != null) {
                socket.backend.unsubscribed(channel);
            }
        }
        return taken;
    }

    private void unsubscribed(String channel) {
        socket.events.emit(new SocketEvent.Unsubscribe(channel), new ServerEvent.Unsubscription(socket, channel));
    }

    /** Unsubscribes from a channel on behalf of the server. Event loop only. */
    CompletableFuture<Void> leave(String channel) {
        ChannelSubscription subscription = take(channel);
        if (subscription == null) {
            return CompletableFuture.failedFuture(notAMember());
        }
        CompletableFuture<Void> left = new CompletableFuture<>();
        socket.steps.onLoop(
                subscription.unsubscribe(),
                done -> {
                    unsubscribed(channel);
                    left.complete(null);
                },
                failure -> {
                    unsubscribed(channel);
                    BrokerException reported = unsubscribeFailure(channel, failure);
                    socket.report(reported);
                    left.completeExceptionally(reported);
                });
        return left;
    }

    /** Notifies the client that it was removed from channels, and unsubscribes it. Thread-safe. */
    CompletableFuture<Void> kickOut(Collection<String> channels, @Nullable Object message) {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (String channel : channels) {
            socket.transmit("#kickOut", kickOutData(channel, message));
            CompletableFuture<Void> left = new CompletableFuture<>();
            all.add(left);
            socket.onLoop(() -> leave(channel).whenComplete((none, failure) -> {
                if (failure == null) {
                    left.complete(null);
                } else {
                    left.completeExceptionally(Failures.unwrap(failure));
                }
            }));
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new));
    }

    /** Returns the data of the packet {@code #kickOut}. */
    private static Map<String, @Nullable Object> kickOutData(String channel, @Nullable Object message) {
        Map<String, @Nullable Object> data = new LinkedHashMap<>();
        data.put("channel", channel);
        if (!PacketCodec.isAbsent(message)) {
            data.put("message", message instanceof Payload payload ? payload.value() : message);
        }
        return data;
    }

    /** Unsubscribes from all channels, and then runs {@code done}. */
    void leaveAll(Runnable done) {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (String channel : names()) {
            all.add(leave(channel));
        }
        if (all.isEmpty()) {
            done.run();
            return;
        }
        socket.steps.onLoop(
                CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)),
                none -> done.run(),
                failure -> done.run());
    }
}
