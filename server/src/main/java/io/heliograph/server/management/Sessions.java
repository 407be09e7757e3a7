package io.heliograph.server.management;

import io.heliograph.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Access of operators by a token in {@code Authorization}, or by a cookie that a login with the token has set. Without a token everyone who reaches the
 * listener has access. Thread-safe.
 */
final class Sessions {

    static final String COOKIE = "helio_session";

    /** Failed attempts in a minute; further ones are refused. */
    static final int MAX_ATTEMPTS = 5;

    /** Lifetime of a session in seconds. */
    static final int MAX_AGE = 12 * 3600;

    private static final int MAX_SESSIONS = 100;
    private static final long MINUTE = 60_000_000_000L;
    private static final String BEARER = "Bearer ";

    private final byte @Nullable [] token;
    private final LongSupplier nanoTime;
    private final SecureRandom random = new SecureRandom();

    // Guarded by this: hash of a session -> time of its end; times of failed attempts.
    private final Map<String, Long> sessions = new LinkedHashMap<>();
    private final ArrayDeque<Long> failures = new ArrayDeque<>();

    Sessions(@Nullable String token, LongSupplier nanoTime) {
        this.token = token == null ? null : hash(token);
        this.nanoTime = nanoTime;
    }

    private static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String key(String session) {
        return Base64.getEncoder().encodeToString(hash(session));
    }

    boolean needsToken() {
        return token != null;
    }

    boolean isAllowed(HttpRequest request) {
        if (token == null) {
            return true;
        }
        String authorization = request.headers().first("Authorization").orElse("");
        if (authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return accepts(authorization.substring(BEARER.length()).strip());
        }
        String session = cookie(request);
        return session != null && isOpen(session);
    }

    private boolean accepts(String given) {
        return token != null && MessageDigest.isEqual(token, hash(given));
    }

    private synchronized boolean isOpen(String session) {
        Long end = sessions.get(key(session));
        return end != null && end - nanoTime.getAsLong() > 0;
    }

    /** Whether too many logins have failed in the last minute. */
    synchronized boolean isLimited() {
        long now = nanoTime.getAsLong();
        while (!failures.isEmpty() && now - failures.getFirst() > MINUTE) {
            failures.removeFirst();
        }
        return failures.size() >= MAX_ATTEMPTS;
    }

    /** Returns the value of a new session, or null if the token is wrong. */
    synchronized @Nullable String login(String given) {
        if (!accepts(given)) {
            failures.addLast(nanoTime.getAsLong());
            return null;
        }
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        String session = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        if (sessions.size() >= MAX_SESSIONS) {
            sessions.remove(sessions.keySet().iterator().next());
        }
        sessions.put(key(session), nanoTime.getAsLong() + MAX_AGE * 1_000_000_000L);
        return session;
    }

    private static @Nullable String cookie(HttpRequest request) {
        for (String field : request.headers().all("Cookie")) {
            for (String pair : field.split(";", -1)) {
                String trimmed = pair.strip();
                if (trimmed.startsWith(COOKIE + "=")) {
                    return trimmed.substring(COOKIE.length() + 1);
                }
            }
        }
        return null;
    }
}
