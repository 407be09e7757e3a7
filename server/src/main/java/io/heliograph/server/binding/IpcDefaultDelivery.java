package io.heliograph.server.binding;

import io.heliograph.Subscription;
import io.heliograph.exchange.ChannelPattern;
import io.heliograph.exchange.ChannelSubscription;
import io.heliograph.exchange.Publication;
import io.heliograph.exchange.Subscriber;
import io.heliograph.server.hub.HubCore;
import io.heliograph.server.hub.HubListener;
import io.heliograph.transport.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Delivery of channels to the IPC clients that have not subscribed: one subscription for all of them, which exists while there are such clients.
 * Event loop only; all connections of a listener share one event loop.
 */
final class IpcDefaultDelivery implements Subscriber {

    private final HubCore hub;
    private final List<ChannelPattern> patterns;
    private final boolean distributed;
    private final List<IpcConnection> connections = new ArrayList<>();
    private @Nullable Subscription subscription;

    /**
     * @param patterns patterns of the channels; null for all channels, or none with an engine that other servers share
     * @throws IllegalStateException if a pattern would select channels of an engine that other servers share
     */
    IpcDefaultDelivery(HubCore hub, HubListener listener, @Nullable List<ChannelPattern> patterns) {
        this.hub = hub;
        this.distributed = hub.engine().broker().isDistributed();
        if (patterns == null) {
            this.patterns = distributed ? List.of() : List.of(ChannelPattern.of("**"));
        } else {
            this.patterns = List.copyOf(patterns);
        }
        for (ChannelPattern pattern : this.patterns) {
            if (distributed && pattern.toString().contains("*")) {
                throw new IllegalStateException("listen: '" + listener.configuredUrl() + "': deliver: '" + pattern
                        + "' with an engine that other servers share (expected: names of channels)");
            }
        }
    }

    void add(IpcConnection connection) {
        if (patterns.isEmpty()) {
            return;
        }
        connections.add(connection);
        if (subscription == null) {
            subscription = distributed
                    ? subscribeEach(connection.loop())
                    : hub.exchange().subscribeMatching(patterns, connection.loop(), this);
        }
    }

    /** Subscribes to the channels by their names, so that publications of other servers arrive. */
    private Subscription subscribeEach(EventLoop loop) {
        List<CompletableFuture<ChannelSubscription>> all = new ArrayList<>();
        for (ChannelPattern channel : patterns) {
            CompletableFuture<ChannelSubscription> subscribing =
                    hub.exchange().subscribe(channel.toString(), loop, this);
            all.add(subscribing);
            subscribing.whenComplete((done, failure) -> {
                if (failure != null && !subscribing.isCancelled()) {
                    hub.report(failure);
                }
            });
        }
        return () -> {
            for (CompletableFuture<ChannelSubscription> each : all) {
                if (!each.cancel(false) && !each.isCompletedExceptionally()) {
                    each.join().unsubscribe();
                }
            }
        };
    }

    void remove(IpcConnection connection) {
        connections.remove(connection);
        Subscription present = subscription;
        if (connections.isEmpty() && present != null) {
            subscription = null;
            present.close();
        }
    }

    @Override
    public void published(Publication publication) {
        // An index, because a connection that is too slow is removed in between.
        for (int i = connections.size() - 1; i >= 0; i--) {
            if (i < connections.size()) {
                connections.get(i).deliverByDefault(publication);
            }
        }
    }
}
