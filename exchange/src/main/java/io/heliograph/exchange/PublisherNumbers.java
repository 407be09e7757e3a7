package io.heliograph.exchange;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Numbers of the messages that a sequence has given, by publisher: detects messages that are in the log again. Guarded by the channel. */
final class PublisherNumbers {

    /** Maximum number of publishers whose numbers are kept; the one that has published nothing for longest is forgotten. */
    static final int MAX_PUBLISHERS = 64;

    /** Relation of a message to those given before. */
    enum Relation {
        NEW,

        /** Given before the last gap: the log had been forked, and the message was published again. */
        GIVEN_BEFORE_GAP,

        /** Given since the last gap. */
        REPEATED
    }

    private static final class Numbers {
        long highest = -1;

        /** Highest number given since the last of {@code gaps}. */
        long sinceGap = -1;

        int gaps;
    }

    /** In the order of use. */
    private @Nullable Map<String, Numbers> publishers;

    private int gaps;

    /** Returns the number of gaps so far. */
    int gaps() {
        return gaps;
    }

    void gap() {
        gaps++;
    }

    /** Adds a message, which is given unless it is repeated. */
    Relation add(@Nullable PublicationId origin) {
        if (origin == null) {
            return Relation.NEW;
        }
        Map<String, Numbers> known = publishers;
        if (known == null) {
            known = new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Numbers> eldest) {
                    return size() > MAX_PUBLISHERS;
                }
            };
            publishers = known;
        }
        Numbers numbers = known.computeIfAbsent(origin.publisher(), publisher -> new Numbers());
        if (numbers.gaps != gaps) {
            numbers.gaps = gaps;
            numbers.sinceGap = -1;
        }
        if (origin.sequence() <= numbers.sinceGap) {
            return Relation.REPEATED;
        }
        numbers.sinceGap = origin.sequence();
        if (origin.sequence() <= numbers.highest) {
            return Relation.GIVEN_BEFORE_GAP;
        }
        numbers.highest = origin.sequence();
        return Relation.NEW;
    }

    /** Forgets all numbers. */
    void clear() {
        publishers = null;
    }
}
