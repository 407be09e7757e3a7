package io.heliograph.websocket;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.internal.HeaderTokens;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Offer of the extension permessage-deflate, or the response to it (RFC 7692, section 7.1).
 *
 * @param serverNoContextTakeover whether the server compresses each message independently
 * @param clientNoContextTakeover whether the client compresses each message independently
 * @param serverMaxWindowBits 8 to 15, or 0 if the parameter is absent
 * @param clientMaxWindowBits 8 to 15, or 0 if the parameter is absent or has no value
 */
record PerMessageDeflate(
        boolean serverNoContextTakeover,
        boolean clientNoContextTakeover,
        int serverMaxWindowBits,
        int clientMaxWindowBits) {

    static final String NAME = "permessage-deflate";

    /**
     * Parses the offers of this extension in a {@code Sec-WebSocket-Extensions} value. Other extensions are skipped in
     * a request and rejected in a response.
     *
     * @throws IllegalArgumentException if the value is malformed, or a parameter is unknown, duplicated or invalid
     */
    static List<PerMessageDeflate> read(String value, boolean request) {
        List<PerMessageDeflate> offers = new ArrayList<>();
        for (String extension : split(value, ',')) {
            List<String> parts = split(extension, ';');
            String name = HeaderTokens.trim(parts.get(0));
            checkArgument(HeaderTokens.isToken(name), "extension: '%s' (expected: a token)", name);
            Map<String, String> parameters = parameters(parts.subList(1, parts.size()));
            if (name.equals(NAME)) {
                offers.add(of(parameters, request));
            } else {
                checkArgument(request, "extension: '%s' (expected: %s)", name, NAME);
            }
        }
        return offers;
    }

    private static Map<String, String> parameters(List<String> parts) {
        Map<String, String> parameters = new HashMap<>();
        for (String part : parts) {
            int equals = part.indexOf('=');
            String name = HeaderTokens.trim(equals < 0 ? part : part.substring(0, equals));
            String value = equals < 0 ? "" : unquoted(HeaderTokens.trim(part.substring(equals + 1)));
            checkArgument(HeaderTokens.isToken(name), "parameter: '%s' (expected: a token)", name);
            checkArgument(
                    equals < 0 || HeaderTokens.isToken(value), "parameter %s: '%s' (expected: a token)", name, value);
            checkArgument(parameters.put(name, value) == null, "parameter: '%s' twice (expected: once)", name);
        }
        return parameters;
    }

    private static String unquoted(String value) {
        return value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")
                ? value.substring(1, value.length() - 1).replace("\\", "")
                : value;
    }

    /** Splits {@code text} at the separators outside quotes. */
    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        boolean quoted = false;
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == separator && !quoted) {
                parts.add(text.substring(from, i));
                from = i + 1;
            }
        }
        parts.add(text.substring(from));
        return parts;
    }

    private static PerMessageDeflate of(Map<String, String> parameters, boolean request) {
        boolean serverNoContextTakeover = false;
        boolean clientNoContextTakeover = false;
        int serverMaxWindowBits = 0;
        int clientMaxWindowBits = 0;
        for (Map.Entry<String, String> each : parameters.entrySet()) {
            String value = each.getValue();
            switch (each.getKey()) {
                case "server_no_context_takeover" -> {
                    requireNoValue(each);
                    serverNoContextTakeover = true;
                }
                case "client_no_context_takeover" -> {
                    requireNoValue(each);
                    clientNoContextTakeover = true;
                }
                case "server_max_window_bits" -> serverMaxWindowBits = bits(each);
                case "client_max_window_bits" -> {
                    // Only an offer may leave the number to the peer.
                    if (!request || !value.isEmpty()) {
                        clientMaxWindowBits = bits(each);
                    }
                }
                default ->
                    throw new IllegalArgumentException(
                            "parameter: '" + each.getKey() + "' (expected: one of RFC 7692)");
            }
        }
        return new PerMessageDeflate(
                serverNoContextTakeover, clientNoContextTakeover, serverMaxWindowBits, clientMaxWindowBits);
    }

    private static void requireNoValue(Map.Entry<String, String> parameter) {
        checkArgument(parameter.getValue().isEmpty(), "parameter: '%s' (expected: no value)", parameter);
    }

    private static int bits(Map.Entry<String, String> parameter) {
        String value = parameter.getValue();
        checkArgument(value.matches("[89]|1[0-5]"), "parameter: '%s' (expected: 8 to 15)", parameter);
        return Integer.parseInt(value);
    }
}
