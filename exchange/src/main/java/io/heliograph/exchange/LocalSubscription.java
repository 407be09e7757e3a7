package io.heliograph.exchange;

import java.util.concurrent.CompletableFuture;

/** Subscription of one subscriber within its group. Kept small, because there may be millions. */
final class LocalSubscription implements ChannelSubscription {

    private static final Recovery NOT_ASKED = new Recovery.NotAsked();

    final LoopGroup group;

    /** Event loop only, after the subscription has joined its group. */
    Subscriber subscriber;

    /** Index in the members of the group, or -1. Event loop only. */
    int index = -1;

    /** Written before publication. */
    Position start = LocalChannel.UNSET;

    /** Number of gaps of the channel before the start. Written before publication. */
    int gaps;

    /** Written under the lock of the channel. */
    volatile boolean removed;

    /** Written before publication. */
    Recovery recovery = NOT_ASKED;

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
    public Recovery recovery() {
        return recovery;
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
