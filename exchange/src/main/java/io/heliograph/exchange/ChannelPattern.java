package io.heliograph.exchange;

import static io.heliograph.internal.Check.checkArgument;

import java.util.Arrays;

/**
 * Pattern of channel names, whose levels are separated by {@code /}: {@code *} matches one level, and {@code **} at the end any number of levels,
 * also none. Other levels match literally. Immutable.
 */
public final class ChannelPattern {

    private static final String ONE = "*";
    private static final String ANY = "**";

    private final String text;
    private final String[] levels;
    private final boolean open;

    private ChannelPattern(String text) {
        this.text = text;
        String[] all = text.split("/", -1);
        this.open = all[all.length - 1].equals(ANY);
        this.levels = open ? Arrays.copyOf(all, all.length - 1) : all;
        for (String level : levels) {
            checkArgument(
                    level.equals(ONE) || level.indexOf('*') < 0,
                    "pattern: '%s' (expected: * as a whole level, ** at the end only)",
                    BrokerException.shown(text));
        }
    }

    /**
     * Returns the pattern with a text.
     *
     * @throws IllegalArgumentException if a level contains {@code *} beside other characters, or {@code **} is not the last level
     */
    public static ChannelPattern of(String text) {
        return new ChannelPattern(text);
    }

    /** Whether the pattern matches the whole name of a channel. */
    public boolean matches(String channel) {
        int start = 0;
        for (String level : levels) {
            if (start > channel.length()) {
                return false;
            }
            int slash = channel.indexOf('/', start);
            int end = slash < 0 ? channel.length() : slash;
            boolean same = level.equals(ONE) || (level.length() == end - start && channel.startsWith(level, start));
            if (!same) {
                return false;
            }
            start = end + 1;
        }
        return open || start > channel.length();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ChannelPattern that && that.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
