package io.heliograph.exchange;

/**
 * Counters of a channel with subscribers in this exchange.
 *
 * @param subscriptions current number of subscriptions in this exchange
 * @param publications publications given to the subscribers since the first of them subscribed
 * @param bytes size of the data of these publications
 */
public record ChannelStats(String channel, int subscriptions, long publications, long bytes) {}
