package io.heliograph.websocket;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.internal.HeaderTokens;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One offer of permessage-deflate (RFC 7692, section 7.1), or the answer to it.
 *
 * @param serverMaxWindowBits 8 to 15, or 0 if there is none
 */
record PerMessageDeflate(boolean serverNoContextTakeover, boolean clientNoContextTakeover, int serverMaxWindowBits) {

    static final String NAME = "permessage-deflate";

    /**
     * The offers of this extension in the value of {@code Sec-WebSocket-Extensions}; others are passed over in a request.
     *
     * @throws IllegalArgumentException if the value does not parse, or a parameter is unknown, twice there or has a wrong value
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

    /** The parts between separators outside quotes. */
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
        for (Map.Entry<String, String> each : parameters.entrySet()) {
            String value = each.getValue();
            switch (each.getKey()) {
                case "server_no_context_takeover" -> {
                    none(each);
                    serverNoContextTakeover = true;
                }
                case "client_no_context_takeover" -> {
                    none(each);
                    clientNoContextTakeover = true;
                }
                case "server_max_window_bits" -> serverMaxWindowBits = bits(each);
                case "client_max_window_bits" -> {
                    // A client of ours does not offer it, so a server must not answer it.
                    checkArgument(request, "parameter: '%s' (expected: none that was not offered)", each);
                    if (!value.isEmpty()) {
                        bits(each);
                    }
                }
                default ->
                    throw new IllegalArgumentException(
                            "parameter: '" + each.getKey() + "' (expected: one of RFC 7692)");
            }
        }
        return new PerMessageDeflate(serverNoContextTakeover, clientNoContextTakeover, serverMaxWindowBits);
    }

    private static void none(Map.Entry<String, String> parameter) {
        checkArgument(parameter.getValue().isEmpty(), "parameter: '%s' (expected: no value)", parameter);
    }

    private static int bits(Map.Entry<String, String> parameter) {
        String value = parameter.getValue();
        checkArgument(value.matches("[89]|1[0-5]"), "parameter: '%s' (expected: 8 to 15)", parameter);
        return Integer.parseInt(value);
    }
}
