package io.heliograph.realtime;

import org.jspecify.annotations.Nullable;

/**
 * Subscriber of a channel, as the server reports it.
 *
 * @param id id of its connection, or another id that the server assigns
 * @param user name of its user
 * @param info further information, decoded; null without one
 */
public record ChannelMember(
        String id, String user, @Nullable Object info) {}
