package io.heliograph.realtime;

import java.util.Optional;

/**
 * What a server answered to {@link RealtimeClient#authenticate}.
 *
 * @param isAuthenticated whether it accepted the token
 * @param authError why not, if it said so
 */
public record AuthStatus(boolean isAuthenticated, Optional<Throwable> authError) {}
