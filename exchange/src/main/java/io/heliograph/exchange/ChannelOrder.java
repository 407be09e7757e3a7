package io.heliograph.exchange;

import java.util.Comparator;
import java.util.function.ToLongFunction;

/** Orders of channels, the largest first. */
public enum ChannelOrder {

    /** By {@link ChannelStats#subscriptions()}. */
    SUBSCRIPTIONS(ChannelStats::subscriptions),

    /** By {@link ChannelStats#publications()}. */
    PUBLICATIONS(ChannelStats::publications),

    /** By {@link ChannelStats#bytes()}. */
    BYTES(ChannelStats::bytes);

    @SuppressWarnings("ImmutableEnumChecker") // the comparator has no state
    private final Comparator<ChannelStats> smallestFirst;

    ChannelOrder(ToLongFunction<ChannelStats> key) {
        this.smallestFirst = Comparator.comparingLong(key);
    }

    Comparator<ChannelStats> smallestFirst() {
        return smallestFirst;
    }
}
