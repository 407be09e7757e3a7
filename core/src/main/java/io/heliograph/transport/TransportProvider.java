package io.heliograph.transport;

/** A service that creates transports; {@link Transports} finds it on the class path or module path. */
public interface TransportProvider {

    /** Creates a transport with its own threads. */
    Transport create();
}
