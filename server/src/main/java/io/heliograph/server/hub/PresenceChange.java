package io.heliograph.server.hub;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.exchange.presence.Presence;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A member has joined or left a channel, as a client learns it that watches the channel.
 *
 * @param channel name that the client knows
 * @param member the member as {@link #describe} returns it
 */
public record PresenceChange(String channel, boolean joined, Map<String, Object> member) {

    /**
     * Returns the message of this change.
     *
     * @param channelMember name of the member that has the channel
     */
    public Map<String, Object> message(String channelMember) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put(channelMember, channel);
        message.put(joined ? "joined" : "left", List.of(member));
        return message;
    }

    /** Returns a member as clients see it: {@code id}, {@code user}, and {@code info} if it has any. */
    public static Map<String, Object> describe(Codec codec, Presence.Member member) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("id", member.id());
        members.put("user", member.user());
        if (member.info() != null) {
            members.put("info", Payload.of(codec, member.info()).value());
        }
        return members;
    }
}
