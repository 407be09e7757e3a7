package io.heliograph.realtime.client;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Tokens with invalid signatures, which a client only decodes. */
final class Tokens {

    static final String BOB = of("{\"username\":\"bob\"}");
    static final String KATE = of("{\"username\":\"kate\"}");

    private Tokens() {}

    static String of(String payload) {
        return "e30."
                + Base64.getUrlEncoder().withoutPadding().encodeToString(payload.getBytes(StandardCharsets.UTF_8))
                + ".c2ln";
    }
}
