package io.heliograph.realtime;

import java.util.List;

/** Change of the members of a channel. */
public record PresenceChange(List<ChannelMember> joined, List<ChannelMember> left) {

    public PresenceChange {
        joined = List.copyOf(joined);
        left = List.copyOf(left);
    }
}
