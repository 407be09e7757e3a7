package io.heliograph.interop.broken.realtime.packet;

import io.heliograph.interop.broken.realtime.session.Session;
import org.jspecify.annotations.Nullable;

/** Packet class that uses a package above it. */
public final class SessionPeek {
    @Nullable
    Session session;
}
