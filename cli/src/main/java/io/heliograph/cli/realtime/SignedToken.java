package io.heliograph.cli.realtime;

import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Json;
import io.heliograph.cli.console.Terminal;
import io.heliograph.codec.CodecException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Parts of a JSON Web Token, not verified.
 *
 * @param header the header, JSON on one line
 * @param claims the payload, JSON on one line
 */
record SignedToken(String header, String claims) {

    /** Latest time that is shown as a date, the end of the year 9999 in seconds. */
    private static final long LAST_DATE = 253_402_300_799L;

    /** Returns the token of an argument; {@code -} reads standard input. */
    static String argument(String argument, Terminal terminal) throws IOException {
        String token =
                argument.equals("-") ? new String(terminal.in().readAllBytes(), StandardCharsets.UTF_8) : argument;
        return token.strip();
    }

    /**
     * Splits a token.
     *
     * @throws CommandFailure if the token is malformed; the message does not contain the token
     */
    static SignedToken parse(String token) {
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3) {
            throw new CommandFailure("the token has " + parts.length
                    + " parts (expected: 3, separated by dots: HEADER.CLAIMS.SIGNATURE)");
        }
        return new SignedToken(object("header", parts[0]), object("payload", parts[1]));
    }

    private static String object(String part, String encoded) {
        try {
            String json = new String(Base64.getUrlDecoder().decode(encoded), StandardCharsets.UTF_8);
            if (Json.read(json) instanceof Map) {
                return Json.oneLine(json.strip());
            }
        } catch (IllegalArgumentException | CodecException malformed) {
            // Reported below, without the content.
        }
        throw new CommandFailure("the token has a malformed " + part + " (expected: a JSON object in URL-safe Base64)");
    }

    /** Returns header and claims as one line of JSON, with the times as dates. */
    String describe() {
        StringBuilder line = new StringBuilder("{\"header\":")
                .append(header)
                .append(",\"claims\":")
                .append(claims);
        append(line, "issued", "iat");
        append(line, "notBefore", "nbf");
        append(line, "expires", "exp");
        return line.append('}').toString();
    }

    private void append(StringBuilder line, String member, String claim) {
        String date = date(claim);
        if (date != null) {
            line.append(",\"").append(member).append("\":\"").append(date).append('"');
        }
    }

    private @Nullable String date(String claim) {
        return Json.read(claims) instanceof Map<?, ?> members
                        && members.get(claim) instanceof Number seconds
                        && seconds.doubleValue() >= 0
                        && seconds.doubleValue() <= LAST_DATE
                ? Instant.ofEpochSecond(seconds.longValue()).toString()
                : null;
    }
}
