package io.heliograph.rpc;

import java.util.Objects;

/** A name in a namespace, and who may use it. */
abstract class Entry implements Registration {

    private final String name;
    private volatile boolean closed;

    Entry(String name) {
        this.name = Objects.requireNonNull(name, "name");
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final Registration protect() {
        closed = true;
        return this;
    }

    @Override
    public final Registration unprotect() {
        closed = false;
        return this;
    }

    @Override
    public final boolean isProtected() {
        return closed;
    }

    @Override
    public final String toString() {
        return name + (closed ? " (protected)" : "");
    }
}
