package io.heliograph.rpc.server;

import io.heliograph.rpc.Registration;
import java.util.Objects;

/** A registered method or event, with its protection. */
abstract class RegistryEntry implements Registration {

    private final String name;
    private volatile boolean isProtected;

    RegistryEntry(String name) {
        this.name = Objects.requireNonNull(name, "name");
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final Registration protect() {
        isProtected = true;
        return this;
    }

    @Override
    public final Registration unprotect() {
        isProtected = false;
        return this;
    }

    @Override
    public final boolean isProtected() {
        return isProtected;
    }

    @Override
    public final String toString() {
        return name + (isProtected ? " (protected)" : "");
    }
}
