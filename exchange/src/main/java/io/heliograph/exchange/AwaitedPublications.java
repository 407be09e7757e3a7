package io.heliograph.exchange;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Publishers of one channel that wait until the subscribers in this exchange have their publication. Guarded by the
 * channel.
 */
final class AwaitedPublications {

    private record Awaited(Position position, Runnable given) {}

    private List<Awaited> awaited = List.of();

    /** Whether a gap has been reported, after which nobody waits for a publication before it. */
    private boolean released;

    /**
     * Adds a publisher.
     *
     * @param given called when the publication has been given. Must not run user code
     */
    void add(Position position, Runnable given) {
        if (awaited.isEmpty()) {
            awaited = new ArrayList<>();
        }
        awaited.add(new Awaited(position, given));
    }

    /** Releases all publishers with the next {@link #take}. */
    void releaseAll() {
        released = !awaited.isEmpty();
    }

    /** Takes the publishers whose publication has been given. */
    List<Runnable> take(MessageSequence sequence) {
        if (awaited.isEmpty()) {
            return List.of();
        }
        List<Runnable> given = new ArrayList<>(1);
        for (Iterator<Awaited> each = awaited.iterator(); each.hasNext(); ) {
            Awaited next = each.next();
            if (released || sequence.hasPassed(next.position)) {
                given.add(next.given);
                each.remove();
            }
        }
        released = false;
        return given;
    }

    /** Takes all publishers. */
    List<Runnable> takeAll() {
        List<Runnable> all = awaited.stream().map(Awaited::given).toList();
        awaited = List.of();
        return all;
    }
}
