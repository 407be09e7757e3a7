package io.heliograph.server;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.exchange.ChannelPattern;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Rule of a listener, which maps names of its protocol to channels and procedures of the hub. The first rule that matches a name applies; a name
 * without a rule stays as it is. Immutable.
 *
 * <pre>
 * Rule.topic("log/**").channel("app/logs/**")
 * Rule.topic("metrics").channel("stats").in()
 * Rule.topic("secret/**").none()
 * Rule.method("add").procedure("math/add")
 * </pre>
 */
public final class Rule {

    /** Direction in which a rule applies. */
    public enum Direction {

        /** From the client to the hub. */
        IN,

        /** From the hub to the client. */
        OUT,

        BOTH
    }

    /** Kind of name on the hub's side. */
    public enum Target {
        CHANNEL,
        PROCEDURE,

        /** Nothing: the name does not exist. */
        NONE
    }

    private final String name;
    private final Target target;
    private final String targetName;
    private final Direction direction;
    private final @Nullable String reply;

    private Rule(String name, Target target, String targetName, Direction direction, @Nullable String reply) {
        this.name = name;
        this.target = target;
        this.targetName = targetName;
        this.direction = direction;
        this.reply = reply;
    }

    /** Begins a rule for topics, of IPC and message channels. */
    public static Name topic(String pattern) {
        return new Name(pattern);
    }

    /** Begins a rule for events, of SocketCluster and RPC. */
    public static Name event(String pattern) {
        return new Name(pattern);
    }

    /** Begins a rule for methods, of SocketCluster and RPC. */
    public static Name method(String pattern) {
        return new Name(pattern);
    }

    /** Name or pattern of a rule on the side of the protocol. */
    public static final class Name {

        private final String name;

        private Name(String name) {
            ChannelPattern.of(name);
            this.name = name;
        }

        /**
         * Maps the names to channels.
         *
         * @param pattern channel, or a pattern with the same wildcards
         * @throws IllegalArgumentException if the wildcards differ
         */
        public Rule channel(String pattern) {
            return new Rule(name, Target.CHANNEL, sameWildcards(pattern), Direction.BOTH, null);
        }

        /**
         * Maps the names to procedures: each message is a call.
         *
         * @param pattern procedure, or a pattern with the same wildcards
         * @throws IllegalArgumentException if the wildcards differ
         */
        public Rule procedure(String pattern) {
            return new Rule(name, Target.PROCEDURE, sameWildcards(pattern), Direction.IN, null);
        }

        /** Hides the names in both directions. */
        public Rule none() {
            return new Rule(name, Target.NONE, name, Direction.BOTH, null);
        }

        private String sameWildcards(String pattern) {
            ChannelPattern.of(pattern);
            checkArgument(
                    wildcards(pattern).equals(wildcards(name)),
                    "rule: '%s' to '%s' (expected: the same wildcards on both sides)",
                    name,
                    pattern);
            return pattern;
        }

        private static String wildcards(String pattern) {
            StringBuilder found = new StringBuilder();
            for (String level : pattern.split("/", -1)) {
                if (level.startsWith("*")) {
                    found.append(level).append('/');
                }
            }
            return found.toString();
        }
    }

    /** Restricts the rule to names that the client sends. */
    public Rule in() {
        return new Rule(name, target, targetName, Direction.IN, reply);
    }

    /** Restricts the rule to names that the hub sends. */
    public Rule out() {
        return new Rule(name, target, targetName, Direction.OUT, reply);
    }

    /** Sends the result of the call as this topic. Replies keep the order of the requests. Default: no reply. */
    public Rule reply(String topic) {
        checkArgument(target == Target.PROCEDURE, "reply: '%s' (expected: a rule for a procedure)", topic);
        return new Rule(name, target, targetName, direction, topic);
    }

    /** The name or pattern on the side of the protocol. */
    public String name() {
        return name;
    }

    public Target target() {
        return target;
    }

    /** The channel or procedure, or its pattern. */
    public String targetName() {
        return targetName;
    }

    public Direction direction() {
        return direction;
    }

    /** The topic of replies. */
    public Optional<String> replyTopic() {
        return Optional.ofNullable(reply);
    }

    @Override
    public String toString() {
        return name + (target == Target.NONE ? " to none" : " to " + targetName) + " " + direction;
    }
}
