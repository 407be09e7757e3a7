package io.heliograph.interop.broken.rpc;

import io.heliograph.interop.broken.ipc.Leak;
import org.jspecify.annotations.Nullable;

/** A protocol that knows its sibling, which knows it; and that sleeps. */
public final class Sibling {
    @Nullable
    Leak back;

    void nap() throws InterruptedException {
        Thread.sleep(1);
    }
}
