/**
 * Channels between the processes of an application on one machine, without a server: the first process hosts the channel, and another
 * takes over when the host dies.
 *
 * <p>{@link io.heliograph.channel.MessageChannel} carries messages between all members, each exactly once and in order.
 * {@link io.heliograph.channel.OpenChannel} carries bytes between a member and the host, as the npm package {@code open-channel} does.
 */
package io.heliograph.channel;
