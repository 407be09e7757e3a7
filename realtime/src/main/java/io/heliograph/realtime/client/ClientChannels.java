package io.heliograph.realtime.client;

import io.heliograph.HeliographException;
import io.heliograph.codec.Payload;
import io.heliograph.exchange.Position;
import io.heliograph.realtime.ChannelEvent;
import io.heliograph.realtime.ChannelRecovery;
import io.heliograph.realtime.ChannelState;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.InvalidActionException;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.SubscribeOptions;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.realtime.packet.WireErrors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Subscriptions of a client, requested and confirmed.
 *
 * <p>Requested subscriptions change on the calling thread; all communication with the server happens on the event loop.
 */
final class ClientChannels {

    private final DefaultRealtimeClient client;
    private final ClientRecovery recovery;
    private final int maxChannels;

    // In subscription order. Guarded by this.
    private final Map<String, ChannelSubscription> entries = new LinkedHashMap<>();

    // Event loop only: pending requests by id. They have no time-out, as in the original.
    private final Map<String, ChannelSubscription> requests = new HashMap<>();

    // Whether the connection waits for process(). Written on the event loop.
    private volatile boolean preparing;

    ClientChannels(DefaultRealtimeClient client, int maxChannels) {
        this.client = client;
        this.recovery = new ClientRecovery(client);
        this.maxChannels = maxChannels;
    }

    // ---- thread-safe

    /** Subscribes, or replaces the options of the present subscription. */
    ChannelSubscription subscribe(String name, SubscribeOptions options) {
        ChannelSubscription added;
        boolean refused;
        synchronized (this) {
            ChannelSubscription known = entries.get(name);
            if (known != null) {
                known.options = options;
                return known;
            }
            added = new ChannelSubscription(name, options);
            refused = client.isClosing() || entries.size() >= maxChannels;
            if (refused) {
                added.state = ChannelState.UNSUBSCRIBED;
            } else {
                entries.put(name, added);
            }
        }
        client.loop.execute(() -> {
            if (!refused) {
                attempt(added);
            } else if (client.isClosing()) {
                fail(added, ClientFailures.closed("subscribe"));
            } else {
                reportRefused(
                        added,
                        options,
                        new InvalidActionException(
                                "Cannot subscribe to channel %s: the client has %d channels (expected: at most maxChannels = %d)"
                                        .formatted(name, maxChannels, maxChannels)));
            }
        });
        return added;
    }

    /** Returns the future of a subscription: of the given one, or else of the present one of the channel. */
    synchronized CompletableFuture<Void> subscribed(String name, @Nullable ChannelSubscription given) {
        ChannelSubscription subscription = given == null ? entries.get(name) : given;
        return subscription == null
                ? CompletableFuture.failedFuture(new IllegalStateException(
                        "channel '" + name + "' is not subscribed (expected: subscribe() first)"))
                : subscription.confirmation().copy();
    }

    void unsubscribe(String name) {
        ChannelSubscription removed;
        ChannelState previous;
        synchronized (this) {
            removed = entries.remove(name);
            if (removed == null) {
                return;
            }
            previous = removed.state;
            removed.state = ChannelState.UNSUBSCRIBED;
        }
        client.loop.execute(() -> {
            forgetRequest(removed);
            fail(
                    removed,
                    new InvalidActionException("Channel " + name + " was unsubscribed before the server confirmed it"));
            if (previous == ChannelState.SUBSCRIBED) {
                emitUnsubscribed(name, ChannelState.UNSUBSCRIBED);
            }
            if (client.life.isOpen()) {
                sendUnsubscribe(name);
            }
        });
    }

    synchronized ChannelState state(String name) {
        ChannelSubscription entry = entries.get(name);
        return entry == null ? ChannelState.UNSUBSCRIBED : entry.state;
    }

    synchronized SubscribeOptions options(String name) {
        ChannelSubscription entry = entries.get(name);
        return entry == null ? SubscribeOptions.defaults() : entry.options;
    }

    /** Returns the position of the last publication; null without one. */
    synchronized @Nullable Position position(String name) {
        ChannelSubscription entry = entries.get(name);
        return entry == null ? null : entry.position;
    }

    boolean isSubscribed(String name, boolean includePending) {
        ChannelState state = state(name);
        return state == ChannelState.SUBSCRIBED || (includePending && state == ChannelState.PENDING);
    }

    synchronized List<String> names(boolean includePending) {
        return entries.values().stream()
                .filter(entry -> includePending || entry.state == ChannelState.SUBSCRIBED)
                .map(entry -> entry.name)
                .toList();
    }

    boolean isPreparing() {
        return preparing;
    }

    // ---- event loop only

    /** Defers subscriptions of a new connection until {@link #process}. */
    void prepare() {
        preparing = true;
    }

    /** Sends the pending subscriptions, by priority and then in subscription order. */
    void process() {
        preparing = false;
        List<ChannelSubscription> pending;
        synchronized (this) {
            pending = new ArrayList<>(entries.values().stream()
                    .filter(entry -> entry.state == ChannelState.PENDING)
                    .sorted(Comparator.comparingInt((ChannelSubscription entry) -> entry.options.priority())
                            .reversed())
                    .toList());
        }
        pending.forEach(this::attempt);
    }

    private void attempt(ChannelSubscription entry) {
        SubscribeOptions options;
        synchronized (this) {
            if (entry.state != ChannelState.PENDING) {
                return;
            }
            options = entry.options;
        }
        if (entry.request != null || preparing || !client.life.isOpen() || !isAllowed(options)) {
            return;
        }
        try {
            request(entry, options);
        } catch (InvalidMessageException e) {
            refused(entry, options, e);
            return;
        }
        client.emit(new ClientEvent.SubscribeRequest(entry.name, options));
    }

    /**
     * Sends a request for a subscription.
     *
     * @throws InvalidMessageException if the data cannot be encoded
     */
    private void request(ChannelSubscription entry, SubscribeOptions options) {
        String since = recovery.since(entry, options);
        Map<String, @Nullable Object> data = new LinkedHashMap<>();
        data.put("channel", client.current().channelPrefix() + entry.name);
        if (options.waitForAuth()) {
            data.put("waitForAuth", true);
        }
        if (options.data() != null) {
            data.put("data", client.packets.nested(options.data()));
        }
        if (since != null) {
            data.put("since", since);
        }
        String id = Long.toString(client.calls().nextId());
        client.sendOrCollect(client.packets.event("#subscribe", id, data));
        entry.request = id;
        entry.requested = options;
        entry.since = since;
        requests.put(id, entry);
    }

    private void sendUnsubscribe(String channel) {
        client.sendOrCollect(
                client.packets.event("#unsubscribe", null, client.current().channelPrefix() + channel));
    }

    private boolean isAllowed(SubscribeOptions options) {
        return !options.waitForAuth() || client.auth.state().isAuthenticated();
    }

    /** Whether a publication belongs to a subscription, pending or confirmed, and is not a repetition. */
    boolean accepts(String name, PacketCodec.Reader reader, Payload publication) {
        ChannelSubscription entry;
        synchronized (this) {
            entry = entries.get(name);
        }
        return entry != null && recovery.accepts(entry, reader, publication);
    }

    /** Processes a gap that the server has reported. */
    void gap(String name, PacketCodec.Reader reader, Payload gap) {
        ChannelSubscription entry;
        SubscribeOptions options;
        synchronized (this) {
            entry = entries.get(name);
            if (entry == null || entry.state != ChannelState.SUBSCRIBED) {
                return;
            }
            options = entry.options;
        }
        if (recovery.gap(entry, reader, gap)) {
            try {
                request(entry, options);
            } catch (InvalidMessageException e) {
                ended(entry, options, e);
            }
        }
    }

    /** Completes a request for a subscription with its response. */
    void answered(String rid, PacketCodec.Reader reader, Payload answer, Payload error) {
        ChannelSubscription entry = requests.remove(rid);
        if (entry == null) {
            return;
        }
        entry.request = null;
        SubscribeOptions options = entry.requested;
        RealtimeException failure = WireErrors.rehydrate(error);
        if (failure == null) {
            ChannelRecovery outcome = recovery.confirmed(entry, reader, answer);
            confirmed(entry, options, outcome);
            recovery.report(entry.name, outcome);
        } else if (state(entry) == ChannelState.SUBSCRIBED) {
            ended(entry, options, failure);
        } else {
            refused(entry, options, failure);
        }
    }

    private synchronized ChannelState state(ChannelSubscription entry) {
        return entry.state;
    }

    private void confirmed(ChannelSubscription entry, SubscribeOptions options, ChannelRecovery outcome) {
        String name = entry.name;
        CompletableFuture<Void> confirmation;
        synchronized (this) {
            confirmation = entry.confirmation();
            if (entry.state != ChannelState.PENDING) {
                return; // subscribed before, or unsubscribed by another thread
            }
            entry.state = ChannelState.SUBSCRIBED;
        }
        client.settle(() -> confirmation.complete(null));
        ChannelState now = ChannelState.SUBSCRIBED;
        client.streams.emit(name, new ChannelEvent.SubscribeStateChange(ChannelState.PENDING, now, options));
        client.streams.emit(name, new ChannelEvent.Subscribe(options, outcome));
        client.emit(new ClientEvent.SubscribeStateChange(name, ChannelState.PENDING, now, options));
        client.emit(new ClientEvent.Subscribe(name, options, outcome));
    }

    /** Ends a pending subscription that the server has refused. */
    private void refused(ChannelSubscription entry, SubscribeOptions options, RealtimeException failure) {
        synchronized (this) {
            if (entry.state != ChannelState.PENDING || !isAllowed(entry.options)) {
                return; // unsubscribed by another thread, or requested again after authentication
            }
            entry.state = ChannelState.UNSUBSCRIBED;
            entries.remove(entry.name);
        }
        reportRefused(entry, options, failure);
    }

    /** Ends a subscription that could not be recovered, because the server now refuses it. */
    private void ended(ChannelSubscription entry, SubscribeOptions options, RealtimeException failure) {
        synchronized (this) {
            if (entry.state != ChannelState.SUBSCRIBED) {
                return; // unsubscribed by another thread
            }
            entry.state = ChannelState.UNSUBSCRIBED;
            entries.remove(entry.name);
        }
        sendUnsubscribe(entry.name);
        emitUnsubscribed(entry.name, ChannelState.UNSUBSCRIBED);
        reportRefused(entry, options, failure);
    }

    /** Reports a refusal, which ends the streams of the channel. */
    private void reportRefused(ChannelSubscription entry, SubscribeOptions options, RealtimeException failure) {
        String name = entry.name;
        fail(entry, failure);
        client.streams.emit(name, new ChannelEvent.SubscribeFail(failure, options));
        client.subscriptionRefused(new ClientEvent.SubscribeFail(failure, name, options));
        client.streams.outputs.fail(name, failure);
    }

    /** Fails the future of a subscription that has not been confirmed. */
    private void fail(ChannelSubscription entry, HeliographException failure) {
        CompletableFuture<Void> confirmation;
        synchronized (this) {
            confirmation = entry.confirmation();
        }
        client.settle(() -> confirmation.completeExceptionally(failure));
    }

    /** Fails the futures of all pending subscriptions, because the client is closed. */
    void close() {
        List<ChannelSubscription> all;
        synchronized (this) {
            all = List.copyOf(entries.values());
        }
        all.forEach(entry -> fail(entry, ClientFailures.closed("subscribe")));
    }

    /** Removes a subscription, because the server has kicked the client out of the channel. */
    void kickedOut(String name, Payload message) {
        ChannelSubscription removed;
        ChannelState previous;
        synchronized (this) {
            removed = entries.remove(name);
            if (removed == null) {
                return;
            }
            previous = removed.state;
            removed.state = ChannelState.UNSUBSCRIBED;
        }
        client.emit(new ClientEvent.KickOut(name, message));
        client.streams.emit(name, new ChannelEvent.KickOut(message));
        forgetRequest(removed);
        fail(removed, new InvalidActionException("The server has kicked the client out of channel " + name));
        if (previous == ChannelState.SUBSCRIBED) {
            emitUnsubscribed(name, ChannelState.UNSUBSCRIBED);
        }
    }

    /** Makes all subscriptions pending, because the connection has ended. */
    void suspend() {
        preparing = false;
        List<ChannelSubscription> all;
        List<ChannelSubscription> lost = new ArrayList<>();
        synchronized (this) {
            all = List.copyOf(entries.values());
            for (ChannelSubscription entry : all) {
                if (entry.state == ChannelState.SUBSCRIBED) {
                    entry.suspend();
                    lost.add(entry);
                }
            }
        }
        all.forEach(this::forgetRequest);
        lost.forEach(entry -> emitUnsubscribed(entry.name, ChannelState.PENDING));
    }

    private void forgetRequest(ChannelSubscription entry) {
        if (entry.request != null) {
            requests.remove(entry.request);
            entry.request = null;
        }
    }

    private void emitUnsubscribed(String name, ChannelState now) {
        client.streams.emit(name, new ChannelEvent.SubscribeStateChange(ChannelState.SUBSCRIBED, now, null));
        client.streams.emit(name, new ChannelEvent.Unsubscribe());
        client.emit(new ClientEvent.SubscribeStateChange(name, ChannelState.SUBSCRIBED, now, null));
        client.emit(new ClientEvent.Unsubscribe(name));
    }
}
