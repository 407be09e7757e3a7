package io.heliograph.transport;

/** A service that makes transports; {@link Transports} finds it on the class path or module path. */
public interface TransportProvider {

    /** A new transport, with threads of its own. */
    Transport create();
}
