package io.heliograph.endpoint;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Thread that keeps the JVM alive while at least one endpoint wants it. All other threads of the library are daemons. */
final class KeepAlive {

    // Guarded by `holders`.
    private static final Set<Object> holders = new HashSet<>();
    private static @Nullable Thread thread;

    private KeepAlive() {}

    /** Keeps the JVM alive until {@link #release}. Repeated calls have no effect. */
    static void hold(Object holder) {
        synchronized (holders) {
            holders.add(holder);
            if (thread == null) {
                thread = Thread.ofPlatform()
                        .daemon(false)
                        .name("heliograph-keep-alive")
                        .start(KeepAlive::run);
            }
        }
    }

    /** Ends {@link #hold}. Repeated calls have no effect. */
    static void release(Object holder) {
        synchronized (holders) {
            if (holders.remove(holder) && holders.isEmpty()) {
                holders.notifyAll();
            }
        }
    }

    private static void run() {
        synchronized (holders) {
            while (!holders.isEmpty()) {
                try {
                    holders.wait();
                } catch (InterruptedException e) {
                    // Only the endpoints end this thread.
                }
            }
            thread = null;
        }
    }
}
