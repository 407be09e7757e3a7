/**
 * Publish-subscribe channels for programs and for all protocols.
 *
 * <p>An {@link io.heliograph.exchange.Exchange} delivers the publications of a channel to all subscribers, in channel order. Programs use
 * {@link io.heliograph.exchange.Channel}s. Protocols subscribe each connection as a {@link io.heliograph.exchange.Subscriber} on the event loop
 * of the connection, and share encoded bytes by an {@link io.heliograph.exchange.Encoding}. A {@link io.heliograph.exchange.Broker} orders the
 * publications; the default broker is in memory.
 */
package io.heliograph.exchange;
