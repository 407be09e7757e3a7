package io.heliograph.exchange;

import java.util.concurrent.CompletableFuture;

/** A subscriber's place in a channel. Any thread may call any method. */
public interface ChannelSubscription {

    String channel();

    /**
     * Where it began: the subscriber gets every publication after this one, unless {@link #recovered()}, which means every one
     * after the position it asked for.
     */
    Position position();

    /**
     * Whether what was published since the position that was asked for was still there and is given to the subscriber. False if
     * no position was asked for.
     */
    boolean recovered();

    /** Whether {@link #unsubscribe()} was called, or the exchange was closed. */
    boolean isEnded();

    /**
     * Ends it. Once this was called on the event loop of the subscriber, nothing more is delivered; called elsewhere, a delivery
     * that has begun goes on.
     *
     * @return completes once the broker has been told, if this was the last subscription of the channel here, else at once;
     *     fails with a {@link BrokerException} if it could not be told. Any number of calls
     */
    CompletableFuture<Void> unsubscribe();
}
