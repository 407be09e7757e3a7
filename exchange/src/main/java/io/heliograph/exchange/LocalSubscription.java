package io.heliograph.exchange;

import java.util.concurrent.CompletableFuture;

/** A subscriber's place in a group. There may be millions, so it holds no more than it must. */
final class LocalSubscription implements ChannelSubscription {

    final LoopGroup group;

    /** The loop's own, once it takes part. */
    Subscriber subscriber;

    /** Where it is among the members of its group, or -1. The loop's own. */
    int index = -1;

    /** Written before it is given out. */
    Position start = LocalChannel.NOWHERE;

    /** Written under the lock of the channel. */
    volatile boolean removed;

    /** Written before it is given out. */
    boolean recovered;

    LocalSubscription(LoopGroup group, Subscriber subscriber) {
        this.group = group;
        this.subscriber = subscriber;
    }

    @Override
    public String channel() {
        return group.channel.name;
    }

    @Override
    public Position position() {
        return start;
    }

    @Override
    public boolean recovered() {
        return recovered;
    }

    @Override
    public boolean isEnded() {
        return removed || group.channel.exchange.isClosed();
    }

    @Override
    public CompletableFuture<Void> unsubscribe() {
        return group.channel.remove(this);
    }

    @Override
    public String toString() {
        return "ChannelSubscription[" + channel() + "]";
    }
}
