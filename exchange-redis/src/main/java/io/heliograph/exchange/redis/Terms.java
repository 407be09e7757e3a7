package io.heliograph.exchange.redis;

import java.security.SecureRandom;

/** Terms under which a server appends, which are the epochs of positions: random, so that no two are equal. */
final class Terms {

    private static final SecureRandom random = new SecureRandom();

    private Terms() {}

    /** Returns a random positive number of 63 bits in base 36. */
    static String next() {
        return Long.toString(random.nextLong(1, Long.MAX_VALUE), Character.MAX_RADIX);
    }
}
