package io.heliograph.transport;

import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The transport that the endpoints of this process share.
 *
 * <p>The first lease creates it, giving back the last one closes it, so that a program without endpoints has no threads of
 * ours.
 */
public final class Transports {

    // Guards shared and leases.
    private static final Object lock = new Object();
    private static @Nullable Transport shared;
    private static int leases;

    private Transports() {}

    /**
     * Takes part in the shared transport.
     *
     * @throws IllegalStateException if no module provides a transport
     */
    public static Lease acquire() {
        synchronized (lock) {
            Transport transport = shared;
            if (transport == null) {
                transport = load();
                shared = transport;
            }
            leases++;
            return new Lease(transport);
        }
    }

    private static Transport load() {
        return ServiceLoader.load(TransportProvider.class, Transports.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "no transport found (expected: the module heliograph-transport-netty on the class path)"))
                .create();
    }

    /** A part in a transport, to be given back once it is not needed. */
    public static final class Lease {

        private final Transport transport;
        private final AtomicBoolean released = new AtomicBoolean();

        private Lease(Transport transport) {
            this.transport = transport;
        }

        public Transport transport() {
            return transport;
        }

        /**
         * Gives it back; any number of times.
         *
         * @return completes when that has ended the transport, or at once if others use it
         */
        public CompletableFuture<Void> release() {
            if (!released.compareAndSet(false, true)) {
                return CompletableFuture.completedFuture(null);
            }
            synchronized (lock) {
                if (--leases > 0) {
                    return CompletableFuture.completedFuture(null);
                }
                shared = null;
            }
            return transport.close();
        }
    }
}
