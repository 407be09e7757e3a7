package io.heliograph.realtime.server;

import io.heliograph.realtime.AuthToken;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Comparison of the rights that tokens give. */
final class TokenRights {

    /** Claims that a renewed token does not share with its predecessor. */
    private static final Set<String> RENEWED = Set.of("iat", "exp", "nbf", "jti");

    private TokenRights() {}

    /** Returns true if two tokens differ in their times and ids at most, as a token and its renewal do. */
    static boolean areSame(AuthToken before, @Nullable AuthToken now) {
        return now != null && rights(before).equals(rights(now));
    }

    private static Object rights(AuthToken token) {
        if (token.claims().isEmpty()) {
            return token.value();
        }
        Map<String, Object> claims = new HashMap<>(token.claims());
        claims.keySet().removeAll(RENEWED);
        return claims;
    }
}
