package io.heliograph.server.binding;

import io.heliograph.exchange.Encoding;
import io.heliograph.exchange.Gap;
import io.heliograph.exchange.Publication;
import io.heliograph.exchange.Subscriber;
import io.heliograph.frame.Frame;
import io.heliograph.rpc.spi.RpcFormat;
import io.heliograph.rpc.spi.RpcPeer;
import io.heliograph.rpc.spi.RpcSubscription;
import io.heliograph.server.hub.HubConnection;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Sends the publications of a channel to one RPC connection as events. Event loop only. */
final class EventSubscriber implements Subscriber {

    /** Reason of a gap for data that cannot be converted to the format of the client. */
    private static final String NOT_CONVERTIBLE = "not-convertible";

    private final HubConnection connection;
    private final RpcPeer peer;
    private final RpcNames names;
    private final String channel;
    private final RpcSubscription subscription;
    private final boolean echo;
    private final boolean positions;
    private final CompletableFuture<Void> settled = new CompletableFuture<>();
    private @Nullable RpcFormat format;
    private @Nullable Encoding encoding;

    EventSubscriber(
            HubConnection connection,
            RpcPeer peer,
            RpcNames names,
            String channel,
            RpcSubscription subscription,
            boolean echo) {
        this.connection = connection;
        this.peer = peer;
        this.names = names;
        this.channel = channel;
        this.subscription = subscription;
        this.echo = echo;
        this.positions = subscription.since() != null;
    }

    @Override
    public void published(Publication publication) {
        if (!echo && connection.id().equals(publication.publisher())) {
            return;
        }
        Frame frame = publication.encoded(encoding());
        String position = positions ? publication.position().toString() : null;
        if (frame.length() > 0) {
            subscription.publish(frame, position);
        } else if (position != null) {
            subscription.gap(position, NOT_CONVERTIBLE);
        }
    }

    /** Returns the encoding for the format of the client, which may change. */
    @SuppressWarnings("ReferenceEquality") // a server has one object of each format
    private Encoding encoding() {
        RpcFormat present = peer.format();
        Encoding known = encoding;
        if (known == null || present != format) {
            known = names.encoding(channel, subscription.event(), present, positions);
            encoding = known;
            format = present;
        }
        return known;
    }

    @Override
    public boolean isBehind() {
        return subscription.isBehind();
    }

    @Override
    public void gap(Gap gap) {
        if (positions) {
            subscription.gap(gap.head().toString(), gap.reason().key());
        }
    }

    /** Completes on the event loop when the subscription has been accepted or rejected. */
    CompletableFuture<Void> settled() {
        return settled;
    }

    boolean isOf(RpcSubscription other) {
        return subscription.equals(other);
    }

    void end() {
        subscription.end();
    }
}
