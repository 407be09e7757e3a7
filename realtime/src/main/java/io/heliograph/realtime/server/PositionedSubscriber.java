package io.heliograph.realtime.server;

import io.heliograph.endpoint.PendingPublications;
import io.heliograph.exchange.Gap;
import io.heliograph.exchange.Publication;
import io.heliograph.exchange.Subscriber;
import io.heliograph.realtime.SocketState;

/** Subscriber of the channels whose positions one client requested. Event loop only. */
final class PositionedSubscriber implements Subscriber {

    private final DefaultRealtimeSocket socket;

    PositionedSubscriber(DefaultRealtimeSocket socket) {
        this.socket = socket;
    }

    @Override
    public void published(Publication publication) {
        if (socket.state() == SocketState.OPEN && !socket.isOwn(publication)) {
            socket.outbound.positioned(publication);
        }
    }

    @Override
    public boolean isBehind() {
        return PendingPublications.isBehind(
                socket.queuedBytes(), socket.config.endpoint().maxQueuedBytes());
    }

    @Override
    public void gap(Gap gap) {
        if (socket.state() == SocketState.OPEN) {
            socket.outbound.gap(new PendingPublications.Gap(
                    gap.channel(), gap.head().toString(), gap.reason().key()));
        }
    }
}
