package io.heliograph.channel.open;

import io.heliograph.DropReason;
import io.heliograph.HeliographException;
import io.heliograph.endpoint.PendingSum;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.Transport;
import org.jspecify.annotations.Nullable;

/** Accepts the members while this process hosts. */
final class MemberAcceptor implements Transport.AcceptHandler, DefaultChannelConnection.Owner {

    /** Maximum number of connections that have not presented the token. */
    private static final int MAX_WITHOUT_TOKEN = 256;

    private final DefaultOpenChannel channel;
    private final DefaultOpenChannel.Activity on;
    private final byte[] token;
    private final PendingSum pending;

    MemberAcceptor(DefaultOpenChannel channel, DefaultOpenChannel.Activity on, byte[] token) {
        this.channel = channel;
        this.on = on;
        this.token = token;
        this.pending = new PendingSum(on.executor(), channel.options().maxPendingBytes());
    }

    @Override
    public @Nullable LinkHandler accepted(Link link) {
        if (channel.connections.stream()
                        .filter(waiting -> !waiting.isAdmitted())
                        .count()
                >= MAX_WITHOUT_TOKEN) {
            channel.counters().drop(DropReason.TOO_MANY_HANDSHAKES, 1);
            return null;
        }
        DefaultChannelConnection connection = new DefaultChannelConnection(
                link,
                token,
                on.executor(),
                channel.options().maxPendingOfConnection(),
                pending,
                channel.counters(),
                channel.received(),
                failure -> channel.failures.userCode(
                        "channel=" + channel.name(), DefaultChannelConnection.describe(link), failure),
                this);
        channel.connections.add(connection);
        connection.begin();
        return connection;
    }

    @Override
    public void admitted(DefaultChannelConnection connection) {
        channel.counters().opened();
        on.executor().execute(() -> {
            try {
                channel.listener.accept(connection);
            } catch (Throwable failure) {
                channel.failures.userCode("channel=" + channel.name(), connection.describe(), failure);
            }
        });
    }

    @Override
    public void tokenRejected() {
        channel.counters().drop(DropReason.TOKEN_REFUSED, 1);
        channel.failures.expected("wrong token", "Connection rejected: wrong token channel=" + channel.name());
    }

    @Override
    public void closed(DefaultChannelConnection connection) {
        channel.connections.remove(connection);
        if (connection.isAdmitted()) {
            channel.counters().closed();
        }
        channel.endHosting();
    }

    @Override
    public void failed(HeliographException cause) {
        channel.failures.expected(
                "not accepted", "Connection not accepted: " + cause.getMessage() + " channel=" + channel.name());
    }
}
