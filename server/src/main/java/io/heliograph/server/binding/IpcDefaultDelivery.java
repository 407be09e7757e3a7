package io.heliograph.server.binding;

import io.heliograph.Subscription;
import io.heliograph.exchange.ChannelPattern;
import io.heliograph.exchange.Publication;
import io.heliograph.exchange.Subscriber;
import io.heliograph.server.hub.HubCore;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Delivery of channels to the IPC clients that have not subscribed: one subscription for all of them, which exists while there are such clients.
 * Event loop only; all connections of a listener share one event loop.
 */
final class IpcDefaultDelivery implements Subscriber {

    private final HubCore hub;
    private final List<ChannelPattern> patterns;
    private final List<IpcConnection> connections = new ArrayList<>();
    private @Nullable Subscription subscription;

    IpcDefaultDelivery(HubCore hub, List<ChannelPattern> patterns) {
        this.hub = hub;
        this.patterns = patterns;
    }

    void add(IpcConnection connection) {
        if (patterns.isEmpty()) {
            return;
        }
        connections.add(connection);
        if (subscription == null) {
            subscription = hub.exchange().subscribeMatching(patterns, connection.loop(), this);
        }
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
