package io.heliograph.realtime;

import java.util.Optional;

/**
 * Response of a server to {@link RealtimeClient#authenticate}.
 *
 * @param isAuthenticated whether the server accepted the token
 * @param authError reason of a rejection, if the server sent one
 */
public record AuthStatus(boolean isAuthenticated, Optional<Throwable> authError) {}
