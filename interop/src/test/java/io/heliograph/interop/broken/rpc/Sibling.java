package io.heliograph.interop.broken.rpc;

import io.heliograph.interop.broken.ipc.Leak;
import org.jspecify.annotations.Nullable;

/** Protocol class that uses its sibling in a cycle, and sleeps. */
public final class Sibling {
    @Nullable
    Leak back;

    void nap() throws InterruptedException {
        Thread.sleep(1);
    }
}
