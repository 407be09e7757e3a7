package io.heliograph.realtime.server;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicInteger;

/** Generator of connection ids: URL-safe base64 of 12 random bytes and a counter of 3 bytes, which makes ids unique. */
final class ConnectionIds {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder();
    private static final AtomicInteger count = new AtomicInteger();

    private ConnectionIds() {}

    /** Returns an id of 20 characters. */
    static String next() {
        byte[] bytes = new byte[15];
        RANDOM.nextBytes(bytes);
        int number = count.getAndIncrement();
        bytes[12] = (byte) (number >> 16);
        bytes[13] = (byte) (number >> 8);
        bytes[14] = (byte) number;
        return BASE64.encodeToString(bytes);
    }
}
