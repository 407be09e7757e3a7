package io.heliograph.rpc;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The namespaces of a server: those that the program has asked for, and those that strangers have named, while they are there. */
final class Namespaces {

    static final String DEFAULT = "/";

    private final ServerCore core;
    private final Map<String, Namespace> byName = new ConcurrentHashMap<>();

    // Guarded by this, as are changes of the map above.
    private int strange;

    Namespaces(ServerCore core) {
        this.core = core;
    }

    /** The namespace called {@code name}, made if it is missing; from now on it stays. */
    synchronized Namespace declared(String name) {
        Namespace known = byName.get(name);
        if (known == null) {
            known = new Namespace(name, core);
            byName.put(name, known);
        } else if (!known.isDeclared()) {
            strange--;
        }
        known.declare();
        return known;
    }

    @Nullable
    Namespace find(String name) {
        return byName.get(name);
    }

    List<Namespace> all() {
        return List.copyOf(byName.values());
    }

    /** Whether a socket may come into a namespace. */
    synchronized boolean admits(String name) {
        Namespace known = byName.get(name);
        return (known != null && known.isDeclared())
                || name.equals(DEFAULT)
                || (core.options.strangeNamespaces && (known != null || strange < core.options.maxStrangeNamespaces));
    }

    /**
     * Takes a socket into its namespace.
     *
     * @return null if it may not come in
     */
    synchronized @Nullable Namespace enter(String name, ServerSession session) {
        if (!admits(name)) {
            return null;
        }
        Namespace namespace = byName.get(name);
        if (namespace == null) {
            namespace = new Namespace(name, core);
            byName.put(name, namespace);
            strange++;
        }
        namespace.add(session);
        return namespace;
    }

    synchronized void leave(Namespace namespace, ServerSession session) {
        if (namespace.remove(session) && byName.remove(namespace.name(), namespace)) {
            strange--;
        }
    }

    /** Takes a namespace out. */
    synchronized @Nullable Namespace remove(String name) {
        Namespace known = byName.remove(name);
        if (known != null && !known.isDeclared()) {
            strange--;
        }
        return known;
    }

    Map<String, RpcNamespace> view() {
        return new LinkedHashMap<>(byName);
    }
}
