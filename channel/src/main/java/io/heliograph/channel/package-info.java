/**
 * A channel between the processes of an application on one machine, without a server to start: whoever comes first hosts, and
 * when the host dies somebody else does.
 *
 * <p>{@link io.heliograph.channel.MessageChannel} carries messages between all members, each exactly once and in order.
 * {@link io.heliograph.channel.OpenChannel} carries bytes between a member and the host, as the npm package {@code open-channel}.
 */
package io.heliograph.channel;
