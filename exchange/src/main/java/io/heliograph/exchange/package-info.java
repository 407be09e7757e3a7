/**
 * Channels, publish and subscribe, for all protocols at once.
 *
 * <p>An {@link io.heliograph.exchange.Exchange} gives what is published in a channel to all who subscribe to it, in the order of
 * the channel. Programs use {@link io.heliograph.exchange.Channel}s; protocols subscribe their connections as
 * {@link io.heliograph.exchange.Subscriber}s, on the event loops the connections live on, and share encoded bytes through
 * {@link io.heliograph.exchange.Encoding}s. A {@link io.heliograph.exchange.Broker} orders the publications, in memory unless
 * another is given.
 */
package io.heliograph.exchange;
