package io.heliograph.server.binding;

import io.heliograph.EndpointStats;
import io.heliograph.channel.Member;
import io.heliograph.channel.MessageChannel;
import io.heliograph.channel.spi.MemberBackend;
import io.heliograph.channel.spi.MemberGroup;
import io.heliograph.channel.spi.MemberPeer;
import io.heliograph.server.hub.Binding;
import io.heliograph.server.hub.HubCore;
import io.heliograph.server.hub.HubListener;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Binding of a listener of the protocol channel. The hub is a member; each other member is a connection.
 *
 * <p>Members receive messages of each other by the channel itself. So publications of a member go to all protocols but not to the members.
 */
public final class ChannelBinding implements Binding, MemberBackend {

    private static final String SCHEME = "channel:";

    private final HubCore hub;
    private final HubListener listener;
    private final MessageChannel channel;

    // Set once, on the event loop.
    private volatile @Nullable MemberGroup group;
    private volatile @Nullable MemberDelivery delivery;

    public ChannelBinding(
            HubCore hub,
            HubListener listener,
            @Nullable Consumer<MessageChannel.Builder> configuration,
            @Nullable Consumer<MessageChannel> onServer) {
        this.hub = hub;
        this.listener = listener;
        MessageChannel.Builder builder = MessageChannel.builder(name(listener.configuredUrl()));
        builder.maxMessageBytes(hub.options().maxMessageBytes());
        if (configuration != null) {
            configuration.accept(builder);
        }
        builder.transport(hub.transport()).dispatch(hub.options().dispatch()).daemon(true);
        this.channel = MemberBackend.build(builder, this);
        channel.onError(hub::report);
        channel.onHub(this::anotherHub);
        if (onServer != null) {
            onServer.accept(channel);
        }
    }

    /** Returns the name of the channel with a URL {@code channel:NAME}. */
    public static String name(String url) {
        return url.substring(SCHEME.length());
    }

    @Override
    public CompletableFuture<Void> listen() {
        return channel.connect();
    }

    @Override
    public String url() {
        return SCHEME + channel.name();
    }

    @Override
    public CompletableFuture<Void> closeGracefully(Duration timeout) {
        return channel.closeGracefully(timeout).whenComplete((done, failure) -> {
            MemberDelivery ended = delivery;
            if (ended != null) {
                ended.close();
            }
        });
    }

    @Override
    public EndpointStats stats() {
        return channel.stats();
    }

    /** Two hubs would publish each other's publications. Messages of the other hub are ignored. */
    private void anotherHub(Member other) {
        hub.report(new IllegalStateException(url() + " has another hub, member " + other.id() + " of process "
                + other.pid() + ", whose messages are ignored (expected: one hub per channel)"));
        MemberGroup members = group;
        if (members != null) {
            members.loop().execute(() -> ignore(other));
        }
    }

    private void ignore(Member other) {
        MemberDelivery to = delivery;
        if (to != null) {
            to.ignore(other);
        }
    }

    // ---- members, on the event loop

    @Override
    public void opened(MemberGroup others) {
        group = others;
        MemberDelivery created = new MemberDelivery(hub, listener, others);
        delivery = created;
        created.start();
    }

    @Override
    public Session connected(MemberPeer peer) {
        MemberDelivery to = delivery;
        MemberGroup members = group;
        if (to == null || members == null) {
            throw new IllegalStateException("a member has joined before the start");
        }
        ChannelMember member = new ChannelMember(hub, listener, members, peer, to);
        member.admit();
        return member;
    }
}
