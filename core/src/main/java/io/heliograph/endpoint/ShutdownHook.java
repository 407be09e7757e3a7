package io.heliograph.endpoint;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shutdown hook that closes all endpoints with the option {@code closeOnShutdown} at once, in order, when the JVM ends by a
 * signal or by {@code System.exit}. It takes at most {@link #LIMIT}.
 */
final class ShutdownHook {

    /** Limit of the time of the hook; less than the 10 s after which a container is killed. */
    static final Duration LIMIT = Duration.ofSeconds(8);

    private static final Logger log = LoggerFactory.getLogger(ShutdownHook.class);

    // Guarded by `closers`: closes an endpoint within a time.
    private static final Map<Object, Function<Duration, CompletableFuture<Void>>> closers = new HashMap<>();
    private static @Nullable Thread hook;

    private ShutdownHook() {}

    /** Closes an endpoint at shutdown, unless {@link #remove} is called before. */
    static void add(Object endpoint, Function<Duration, CompletableFuture<Void>> closer) {
        synchronized (closers) {
            closers.put(endpoint, closer);
            if (hook == null) {
                Thread created = Thread.ofPlatform().name("heliograph-shutdown").unstarted(ShutdownHook::run);
                try {
                    Runtime.getRuntime().addShutdownHook(created);
                    hook = created;
                } catch (IllegalStateException e) {
                    closers.remove(endpoint); // the JVM is shutting down already
                }
            }
        }
    }

    static void remove(Object endpoint) {
        synchronized (closers) {
            closers.remove(endpoint);
            if (closers.isEmpty() && hook != null) {
                try {
                    Runtime.getRuntime().removeShutdownHook(hook);
                    hook = null;
                } catch (IllegalStateException e) {
                    // the JVM is shutting down, and the hook is running
                }
            }
        }
    }

    private static void run() {
        List<Function<Duration, CompletableFuture<Void>>> all;
        synchronized (closers) {
            all = List.copyOf(closers.values());
        }
        CompletableFuture<?>[] closed =
                all.stream().map(closer -> closer.apply(LIMIT)).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(closed).get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            log.warn("Shutdown continues although endpoints are open: cause={}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
