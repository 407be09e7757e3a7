package io.heliograph.exchange.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Library of functions that the servers run. Its name ends in a hash of its text, so that versions stand side by side. */
final class FunctionLibrary {

    private static final List<String> RESOURCES = List.of("functions.lua", "control.lua", "presence.lua");
    private static final FunctionLibrary CURRENT = new FunctionLibrary(read());

    private final String prefix;
    private final String text;

    private FunctionLibrary(String template) {
        prefix = "helio_" + hash(template);
        text = template.replace("helio_HASH", prefix);
    }

    static FunctionLibrary current() {
        return CURRENT;
    }

    /** Name of the library. */
    String name() {
        return prefix;
    }

    /** The source, for {@code FUNCTION LOAD}. */
    String text() {
        return text;
    }

    /** Returns the name under which a function is registered. */
    String function(String name) {
        return prefix + "_" + name;
    }

    private static String read() {
        StringBuilder text = new StringBuilder();
        for (String resource : RESOURCES) {
            try (InputStream in = FunctionLibrary.class.getResourceAsStream(resource)) {
                if (in == null) {
                    throw new IllegalStateException("resource " + resource + " is missing");
                }
                text.append(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return text.toString();
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
