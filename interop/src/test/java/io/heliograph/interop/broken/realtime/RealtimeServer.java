package io.heliograph.interop.broken.realtime;

import io.heliograph.interop.broken.realtime.server.Connection;
import org.jspecify.annotations.Nullable;

/** API class that is a factory, and may use the implementation. */
public final class RealtimeServer {
    @Nullable
    Connection connection;
}
