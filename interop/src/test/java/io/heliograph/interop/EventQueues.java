package io.heliograph.interop;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/** Events of a peer, in a queue for each name: events of other names are kept while a reader waits for one. For one thread. */
final class EventQueues {

    private final PeerProcess peer;
    private final Map<String, ArrayDeque<PeerEvent>> queues = new HashMap<>();

    EventQueues(PeerProcess peer) {
        this.peer = peer;
    }

    private ArrayDeque<PeerEvent> queue(String name) {
        return queues.computeIfAbsent(name, missing -> new ArrayDeque<>());
    }

    /** Waits for the next event of one of the names. */
    PeerEvent next(String... names) {
        while (true) {
            for (String name : names) {
                PeerEvent event = queue(name).poll();
                if (event != null) {
                    return event;
                }
            }
            PeerEvent event = peer.events().next();
            queue(event.name()).add(event);
        }
    }
}
