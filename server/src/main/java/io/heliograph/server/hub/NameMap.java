package io.heliograph.server.hub;

import io.heliograph.exchange.ChannelPattern;
import io.heliograph.server.Rule;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Names of a listener's protocol and of the hub, by the rules of the listener. Immutable. */
public final class NameMap {

    private final List<Mapping> inbound;
    private final List<Mapping> outbound;
    private final List<Mapping> procedures;

    public NameMap(List<Rule> rules) {
        this.inbound = rules.stream()
                .filter(rule -> rule.direction() != Rule.Direction.OUT)
                .map(Mapping::inbound)
                .toList();
        this.outbound = rules.stream()
                .filter(rule -> rule.direction() != Rule.Direction.IN && rule.target() != Rule.Target.PROCEDURE)
                .map(Mapping::outbound)
                .toList();
        this.procedures = rules.stream()
                .filter(rule -> rule.direction() != Rule.Direction.OUT && rule.target() == Rule.Target.PROCEDURE)
                .map(Mapping::outbound)
                .toList();
    }

    private record Mapping(ChannelPattern from, String fromText, String to, Rule rule) {

        static Mapping inbound(Rule rule) {
            return new Mapping(ChannelPattern.of(rule.name()), rule.name(), rule.targetName(), rule);
        }

        static Mapping outbound(Rule rule) {
            return new Mapping(ChannelPattern.of(rule.targetName()), rule.targetName(), rule.name(), rule);
        }

        /** Replaces the wildcards of the target by the levels that they have matched. */
        String rename(String name) {
            if (fromText.equals(to)) {
                return name;
            }
            String[] pattern = fromText.split("/", -1);
            String[] levels = name.split("/", -1);
            StringBuilder renamed = new StringBuilder();
            int next = 0;
            for (String level : to.split("/", -1)) {
                if (level.equals("**")) {
                    for (int i = pattern.length - 1; i < levels.length; i++) {
                        append(renamed, levels[i]);
                    }
                } else if (level.equals("*")) {
                    while (!pattern[next].equals("*")) {
                        next++;
                    }
                    append(renamed, levels[next++]);
                } else {
                    append(renamed, level);
                }
            }
            return renamed.toString();
        }

        private static void append(StringBuilder target, String level) {
            if (target.length() > 0) {
                target.append('/');
            }
            target.append(level);
        }
    }

    /** Returns the patterns of the channels that rules map to names of the protocol. */
    public List<ChannelPattern> outboundChannels() {
        return outbound.stream()
                .filter(each -> each.rule.target() == Rule.Target.CHANNEL)
                .map(Mapping::from)
                .toList();
    }

    /** Whether a rule applies to a name that a client has sent. */
    public boolean isMapped(String name) {
        return find(inbound, name) != null;
    }

    /** Whether a rule applies to a channel whose publications the clients receive. */
    public boolean isChannelMapped(String channel) {
        return find(outbound, channel) != null;
    }

    private static @Nullable Mapping find(List<Mapping> mappings, String name) {
        for (Mapping each : mappings) {
            if (each.from.matches(name)) {
                return each;
            }
        }
        return null;
    }

    /** Returns the channel of a name that a client has sent, or null if the name is hidden or belongs to a procedure. */
    public @Nullable String channel(String name) {
        Mapping found = find(inbound, name);
        if (found == null) {
            return name;
        }
        return found.rule.target() == Rule.Target.CHANNEL ? found.rename(name) : null;
    }

    /** Returns the name under which the clients see a channel, or null if it is hidden from them. */
    public @Nullable String nameOf(String channel) {
        Mapping found = find(outbound, channel);
        if (found == null) {
            return channel;
        }
        return found.rule.target() == Rule.Target.CHANNEL ? found.rename(channel) : null;
    }

    /** Returns the channel of a name that a client wants to read, or null if a rule hides it in one of the directions. */
    public @Nullable String channelToRead(String name) {
        String channel = channel(name);
        return channel == null || nameOf(channel) == null ? null : channel;
    }

    /** Returns the names by which clients call a procedure: its own, unless a rule hides it, and those that rules give it. */
    List<String> namesOfProcedure(String procedure) {
        Set<String> names = new LinkedHashSet<>();
        names.add(procedure);
        for (Mapping each : procedures) {
            if (each.from.matches(procedure)) {
                names.add(each.rename(procedure));
            }
        }
        return names.stream().filter(name -> procedure.equals(procedure(name))).toList();
    }

    /** Returns the procedure of a name that a client has called, or null if the name is hidden. */
    public @Nullable String procedure(String name) {
        Mapping found = find(inbound, name);
        if (found == null || found.rule.target() == Rule.Target.CHANNEL) {
            return name;
        }
        return found.rule.target() == Rule.Target.PROCEDURE ? found.rename(name) : null;
    }

    /** Returns the rule that makes each message of a name a call, for protocols without calls. */
    public Optional<Rule> call(String name) {
        Mapping found = find(inbound, name);
        return found == null || found.rule.target() != Rule.Target.PROCEDURE
                ? Optional.empty()
                : Optional.of(found.rule);
    }
}
