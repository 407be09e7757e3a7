package io.heliograph.interop.broken.realtime.client;

import io.heliograph.interop.broken.realtime.server.Connection;
import org.jspecify.annotations.Nullable;

/** Client class that uses the server's implementation. */
public final class ServerPeek {
    @Nullable
    Connection connection;
}
