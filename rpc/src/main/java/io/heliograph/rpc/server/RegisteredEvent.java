package io.heliograph.rpc.server;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** An event of a namespace, with its subscribers. */
final class RegisteredEvent extends RegistryEntry {

    final Set<ServerSession> subscribers = ConcurrentHashMap.newKeySet();

    RegisteredEvent(String name) {
        super(name);
    }
}
