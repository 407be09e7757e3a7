package io.heliograph.server.binding;

import io.heliograph.exchange.ChannelPattern;
import io.heliograph.server.hub.NameMap;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Topics of a message channel and channels of the hub: by the rules of the listener, otherwise with the prefix {@code NAME/}. Immutable. */
final class TopicNames {

    private final String prefix;
    private final NameMap rules;

    TopicNames(String name, NameMap rules) {
        this.prefix = name + "/";
        this.rules = rules;
    }

    /** Returns the channel of a topic, or null if a rule hides it. */
    @Nullable
    String channel(String topic) {
        return rules.isMapped(topic) ? rules.channel(topic) : prefix + topic;
    }

    /** Returns the topic of a channel, or null if the members do not receive it. */
    @Nullable
    String topic(String channel) {
        if (rules.isChannelMapped(channel)) {
            return rules.nameOf(channel);
        }
        if (!channel.startsWith(prefix)) {
            return null;
        }
        String topic = channel.substring(prefix.length());
        return isHidden(topic) ? null : topic;
    }

    private boolean isHidden(String topic) {
        return rules.isChannelMapped(topic) && rules.nameOf(topic) == null;
    }

    /** Returns the patterns of the channels that members may receive. */
    List<ChannelPattern> channels() {
        List<ChannelPattern> patterns = new ArrayList<>(rules.outboundChannels());
        patterns.add(ChannelPattern.of(prefix + "**"));
        return patterns;
    }
}
