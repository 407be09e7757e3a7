package io.heliograph.server.http;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Open streams of events of one listener. Thread-safe. */
final class EventStreams {

    private final Set<EventStream> open = ConcurrentHashMap.newKeySet();

    void add(EventStream stream) {
        open.add(stream);
    }

    void remove(EventStream stream) {
        open.remove(stream);
    }

    /** Ends all streams. */
    void end(String reason) {
        open.forEach(stream -> stream.loop().executeOrRun(() -> stream.close(reason)));
    }

    int size() {
        return open.size();
    }

    long queuedBytes() {
        long sum = 0;
        for (EventStream each : open) {
            sum += each.queuedBytes();
        }
        return sum;
    }
}
