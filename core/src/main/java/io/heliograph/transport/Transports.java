package io.heliograph.transport;

import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The transport that the endpoints of this process share. Thread-safe.
 *
 * <p>The first lease creates the transport, and the release of the last one closes it: a program without endpoints has no
 * threads of the library.
 */
public final class Transports {

    private static final Object lock = new Object();

    // Guarded by lock.
    private static @Nullable Transport shared;
    private static int leases;

    private Transports() {}

    /**
     * Leases the shared transport.
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

    /** A lease of the shared transport, to be released by its holder. */
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
         * Releases the lease; repeated calls have no effect.
         *
         * @return completes when the transport has closed, or at once if there are other leases
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
