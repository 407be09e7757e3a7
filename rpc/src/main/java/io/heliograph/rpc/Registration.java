package io.heliograph.rpc;

/** A registered method or event. It is public at first. Thread-safe. */
public interface Registration {

    String name();

    /** Restricts calls or subscriptions to authenticated sockets. Existing subscriptions stay. */
    Registration protect();

    /** Opens calls or subscriptions to all sockets. */
    Registration unprotect();

    boolean isProtected();
}
