package io.heliograph.transport.netty;

import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Extension that fails a test class during which a buffer leaked. JUnit loads it for every class. */
@SuppressWarnings("exports") // tests export nothing
public final class BufferLeakExtension implements BeforeAllCallback, AfterAllCallback {

    static {
        BufferLeaks.watch();
    }

    @Override
    public void beforeAll(ExtensionContext context) {}

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        failOnLeaks();
    }

    static void failOnLeaks() throws InterruptedException {
        List<String> leaks = BufferLeaks.take();
        if (!leaks.isEmpty()) {
            throw new AssertionError(leaks.size() + " buffers leaked, the first: " + leaks.get(0));
        }
    }
}
