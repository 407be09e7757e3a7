package io.heliograph.realtime.client;

import io.heliograph.codec.Payload;
import io.heliograph.realtime.ChannelEvent;
import io.heliograph.realtime.ChannelState;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.InvalidActionException;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.SubscribeOptions;
import io.heliograph.realtime.packet.WireErrors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The channels that a client wants, and what it has of them.
 *
 * <p>What is wanted changes at once, on any thread; all else is done on the loop, by {@link Host}.
 */
final class ClientChannels {

    private static final class Entry {

        final String name;

        // Guarded by the channels.
        SubscribeOptions options;
        ChannelState state = ChannelState.PENDING;

        // The loop's own: the number of the request that was not answered, and what was asked for.
        @Nullable
        String request;

        SubscribeOptions requested = SubscribeOptions.defaults();

        Entry(String name, SubscribeOptions options) {
            this.name = name;
            this.options = options;
        }
    }

    private final DefaultRealtimeClient client;
    private final int maxChannels;

    // In the order of subscribing. Guarded by this.
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    // The loop's own: the requests that were not answered. They have no time-out, as in the
    // original.
    private final Map<String, Entry> requests = new HashMap<>();

    // Whether the connection is still to be told to go on; written on the loop.
    private volatile boolean preparing;

    ClientChannels(DefaultRealtimeClient client, int maxChannels) {
        this.client = client;
        this.maxChannels = maxChannels;
    }

    // ---- any thread

    void subscribe(String name, SubscribeOptions options) {
        Entry added;
        synchronized (this) {
            Entry known = entries.get(name);
            if (known != null) {
                known.options = options;
                return;
            }
            added = entries.size() < maxChannels ? new Entry(name, options) : null;
            if (added != null) {
                entries.put(name, added);
            }
        }
        client.loop.execute(() -> {
            if (added != null) {
                attempt(added);
            } else {
                Throwable limit =
                        new InvalidActionException("The client has %d channels, its limit".formatted(maxChannels));
                client.emit(name, new ChannelEvent.SubscribeFail(limit, options));
                client.emit(new ClientEvent.SubscribeFail(limit, name, options));
            }
        });
    }

    void unsubscribe(String name) {
        Entry removed;
        ChannelState had;
        synchronized (this) {
            removed = entries.remove(name);
            if (removed == null) {
                return;
            }
            had = removed.state;
            removed.state = ChannelState.UNSUBSCRIBED;
        }
        client.loop.execute(() -> {
            forgetRequest(removed);
            if (had == ChannelState.SUBSCRIBED) {
                tellUnsubscribed(name, ChannelState.UNSUBSCRIBED);
            }
            if (client.life.isOpen()) {
                sendUnsubscribe(name);
            }
        });
    }

    synchronized ChannelState state(String name) {
        Entry entry = entries.get(name);
        return entry == null ? ChannelState.UNSUBSCRIBED : entry.state;
    }

    synchronized SubscribeOptions options(String name) {
        Entry entry = entries.get(name);
        return entry == null ? SubscribeOptions.defaults() : entry.options;
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

    // ---- on the loop

    /** A connection is opening: nothing is subscribed to until {@link #process}. */
    void prepare() {
        preparing = true;
    }

    /** Subscribes to what is pending, in the order of priority, and then of subscribing. */
    void process() {
        preparing = false;
        List<Entry> pending;
        synchronized (this) {
            pending = new ArrayList<>(entries.values().stream()
                    .filter(entry -> entry.state == ChannelState.PENDING)
                    .sorted(Comparator.comparingInt((Entry entry) -> entry.options.priority())
                            .reversed())
                    .toList());
        }
        pending.forEach(this::attempt);
    }

    private void attempt(Entry entry) {
        SubscribeOptions options;
        synchronized (this) {
            if (entry.state != ChannelState.PENDING) {
                return;
            }
            options = entry.options;
        }
        if (entry.request != null || preparing || !client.life.isOpen() || !meets(options)) {
            return;
        }
        try {
            String request = sendSubscribe(entry.name, options);
            entry.request = request;
            entry.requested = options;
            requests.put(request, entry);
        } catch (InvalidMessageException e) {
            settled(entry, options, e);
            return;
        }
        client.emit(new ClientEvent.SubscribeRequest(entry.name, options));
    }

    /**
     * Sends a request for a subscription.
     *
     * @return id of the request
     * @throws InvalidMessageException if the data cannot be encoded
     */
    private String sendSubscribe(String channel, SubscribeOptions options) {
        Map<String, @Nullable Object> data = new LinkedHashMap<>();
        data.put("channel", client.current().channelPrefix() + channel);
        if (options.waitForAuth()) {
            data.put("waitForAuth", true);
        }
        if (options.data() != null) {
            data.put("data", client.packets.nested(options.data()));
        }
        String id = Long.toString(client.calls().nextId());
        client.sendOrCollect(client.packets.event("#subscribe", id, data));
        return id;
    }

    private void sendUnsubscribe(String channel) {
        client.sendOrCollect(
                client.packets.event("#unsubscribe", null, client.current().channelPrefix() + channel));
    }

    private boolean meets(SubscribeOptions options) {
        return !options.waitForAuth() || client.auth.state().isAuthenticated();
    }

    /**
     * A response has come.
     *
     * @return whether it is one to a request for a subscription
     */
    boolean answered(String rid, Payload error) {
        Entry entry = requests.remove(rid);
        if (entry == null) {
            return false;
        }
        entry.request = null;
        settled(entry, entry.requested, WireErrors.rehydrate(error));
        return true;
    }

    private void settled(Entry entry, SubscribeOptions options, @Nullable Throwable failure) {
        String name = entry.name;
        synchronized (this) {
            if (entry.state != ChannelState.PENDING) {
                return;
            }
            if (failure == null) {
                entry.state = ChannelState.SUBSCRIBED;
            } else if (meets(entry.options)) {
                entry.state = ChannelState.UNSUBSCRIBED;
                entries.remove(name);
            } else {
                return; // it will be asked for again with the next token
            }
        }
        if (failure != null) {
            client.emit(name, new ChannelEvent.SubscribeFail(failure, options));
            client.emit(new ClientEvent.SubscribeFail(failure, name, options));
            return;
        }
        ChannelState now = ChannelState.SUBSCRIBED;
        client.emit(name, new ChannelEvent.SubscribeStateChange(ChannelState.PENDING, now, options));
        client.emit(name, new ChannelEvent.Subscribe(options));
        client.emit(new ClientEvent.SubscribeStateChange(name, ChannelState.PENDING, now, options));
        client.emit(new ClientEvent.Subscribe(name, options));
    }

    /** The server has thrown the client out. */
    void kickedOut(String name, Payload message) {
        Entry removed;
        ChannelState had;
        synchronized (this) {
            removed = entries.remove(name);
            if (removed == null) {
                return;
            }
            had = removed.state;
            removed.state = ChannelState.UNSUBSCRIBED;
        }
        client.emit(new ClientEvent.KickOut(name, message));
        client.emit(name, new ChannelEvent.KickOut(message));
        forgetRequest(removed);
        if (had == ChannelState.SUBSCRIBED) {
            tellUnsubscribed(name, ChannelState.UNSUBSCRIBED);
        }
    }

    /** The connection has ended: everything is pending again. */
    void suspend() {
        preparing = false;
        List<Entry> all;
        List<Entry> lost = new ArrayList<>();
        synchronized (this) {
            all = List.copyOf(entries.values());
            for (Entry entry : all) {
                if (entry.state == ChannelState.SUBSCRIBED) {
                    entry.state = ChannelState.PENDING;
                    lost.add(entry);
                }
            }
        }
        all.forEach(this::forgetRequest);
        lost.forEach(entry -> tellUnsubscribed(entry.name, ChannelState.PENDING));
    }

    private void forgetRequest(Entry entry) {
        if (entry.request != null) {
            requests.remove(entry.request);
            entry.request = null;
        }
    }

    private void tellUnsubscribed(String name, ChannelState now) {
        client.emit(name, new ChannelEvent.SubscribeStateChange(ChannelState.SUBSCRIBED, now, null));
        client.emit(name, new ChannelEvent.Unsubscribe());
        client.emit(new ClientEvent.SubscribeStateChange(name, ChannelState.SUBSCRIBED, now, null));
        client.emit(new ClientEvent.Unsubscribe(name));
    }
}
