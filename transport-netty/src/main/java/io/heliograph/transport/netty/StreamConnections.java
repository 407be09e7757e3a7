package io.heliograph.transport.netty;

import io.heliograph.Address;
import io.heliograph.HeliographException;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/** Creates a link for each accepted connection. */
record StreamConnections(LinkOptions options, Transport.AcceptHandler handler)
        implements NettyAcceptor.Connections, NettyLink.Owner {

    @Override
    public void bound() {
        handler.bound();
    }

    @Override
    public void accept(Channel channel, NettyEventLoop loop, Address peer) {
        Channels.link(channel, loop, peer, options, true, this);
    }

    @Override
    public @Nullable LinkHandler opened(NettyLink link) {
        return handler.accepted(link);
    }

    @Override
    public void failed(HeliographException cause) {
        handler.failed(cause);
    }
}
