package io.heliograph.interop.broken.realtime;

import io.heliograph.interop.broken.realtime.server.Connection;
import org.jspecify.annotations.Nullable;

/** API class that uses the implementation and is not a factory. */
public final class NotAFactory {
    @Nullable
    Connection connection;
}
