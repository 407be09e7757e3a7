package io.heliograph.rpc;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** An event of a namespace, and who gets it. */
final class Event extends Entry {

    final Set<ServerSession> subscribers = ConcurrentHashMap.newKeySet();

    Event(String name) {
        super(name);
    }
}
