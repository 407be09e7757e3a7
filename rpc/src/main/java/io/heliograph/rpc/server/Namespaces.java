package io.heliograph.rpc.server;

import io.heliograph.rpc.RpcNamespace;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The namespaces of a server. A declared namespace is created by the program and stays; an implicit namespace is created by a
 * client that connects to its path, and is removed with its last socket. Thread-safe.
 */
final class Namespaces {

    static final String DEFAULT = "/";

    private final ServerCore core;

    // Writes are guarded by this.
    private final Map<String, Namespace> byName = new ConcurrentHashMap<>();

    // Guarded by this.
    private int implicit;

    Namespaces(ServerCore core) {
        this.core = core;
    }

    /** Returns the namespace of a name, created if missing, as a declared namespace. */
    synchronized Namespace declare(String name) {
        Namespace namespace = byName.get(name);
        if (namespace == null) {
            namespace = new Namespace(name, core);
            byName.put(name, namespace);
        } else if (!namespace.isDeclared()) {
            implicit--;
        }
        namespace.declare();
        return namespace;
    }

    /** Returns the default namespace, created again if it was closed. */
    Namespace root() {
        Namespace root = byName.get(DEFAULT);
        return root == null ? declare(DEFAULT) : root;
    }

    @Nullable
    Namespace find(String name) {
        return byName.get(name);
    }

    List<Namespace> all() {
        return List.copyOf(byName.values());
    }

    /** Returns whether a socket may enter a namespace. */
    synchronized boolean admits(String name) {
        Namespace known = byName.get(name);
        return (known != null && known.isDeclared())
                || name.equals(DEFAULT)
                || (core.protocol.implicitNamespaces()
                        && (known != null || implicit < core.limits.maxImplicitNamespaces()));
    }

    /**
     * Adds a socket to its namespace.
     *
     * @return null if the socket may not enter
     */
    synchronized @Nullable Namespace enter(String name, ServerSession session) {
        if (!admits(name)) {
            return null;
        }
        Namespace namespace = byName.get(name);
        if (namespace == null) {
            namespace = new Namespace(name, core);
            byName.put(name, namespace);
            implicit++;
        }
        namespace.add(session);
        return namespace;
    }

    synchronized void leave(Namespace namespace, ServerSession session) {
        if (namespace.remove(session) && byName.remove(namespace.name(), namespace)) {
            implicit--;
        }
    }

    synchronized @Nullable Namespace remove(String name) {
        Namespace removed = byName.remove(name);
        if (removed != null && !removed.isDeclared()) {
            implicit--;
        }
        return removed;
    }

    Map<String, RpcNamespace> copy() {
        return new LinkedHashMap<>(byName);
    }
}
