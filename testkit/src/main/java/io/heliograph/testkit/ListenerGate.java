package io.heliograph.testkit;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Blocks the listeners of an endpoint until the test opens the gate, or ends; a field with {@code @RegisterExtension}. Thread-safe.
 */
public final class ListenerGate implements AfterEachCallback {

    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);

    /** Blocks the calling listener while the gate is closed. */
    public void pass() {
        entered.countDown();
        try {
            open.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until a listener is blocked, or has passed. */
    public void awaitListener() {
        Await.until(entered);
    }

    /** Opens the gate for all listeners. */
    public void open() {
        open.countDown();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        open();
    }
}
