package io.heliograph.cli.ipc;

import io.heliograph.cli.console.InvalidInput;
import io.heliograph.cli.console.Json;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Message on a line of standard input.
 *
 * @param topic the topic, possibly empty
 * @param payload the unchanged payload; null if absent
 * @param clientId id of the recipient; null for all
 * @param size approximate size in bytes
 */
record MessageLine(
        String topic, @Nullable Payload payload, @Nullable String clientId, long size) {

    private static final String EXPECTED = "{\"topic\":\"…\",\"message\":…}";
    private static final String EXPECTED_WITH_CLIENT = EXPECTED + ", to one client with \"clientId\":\"…\"";

    /**
     * Parses a line.
     *
     * @param clients true to accept the member "clientId"
     * @throws InvalidInput if the line is not a valid message
     */
    static MessageLine parse(String line, boolean clients) throws InvalidInput {
        String expected = " (expected: " + (clients ? EXPECTED_WITH_CLIENT : EXPECTED) + ")";
        Object value;
        try {
            value = Json.read(line);
        } catch (CodecException e) {
            throw new InvalidInput("malformed JSON: " + Json.problem(e) + expected);
        }
        if (!(value instanceof Map<?, ?> object)) {
            throw new InvalidInput("a JSON value that is not an object" + expected);
        }
        for (Object name : object.keySet()) {
            boolean known = name.equals("topic") || name.equals("message") || (clients && name.equals("clientId"));
            if (!known) {
                throw new InvalidInput("unknown member " + Json.quote("" + name) + expected);
            }
        }
        String topic = text(object, "topic", expected);
        if (topic == null) {
            throw new InvalidInput("\"topic\" is missing" + expected);
        }
        String message = Json.members(line).get("message");
        return new MessageLine(
                topic,
                message == null ? null : Json.payload(message),
                text(object, "clientId", expected),
                line.length());
    }

    private static @Nullable String text(Map<?, ?> object, String member, String expected) throws InvalidInput {
        Object value = object.get(member);
        if (value == null && !object.containsKey(member)) {
            return null;
        }
        if (!(value instanceof String text)) {
            throw new InvalidInput("\"" + member + "\" is not a string" + expected);
        }
        return text;
    }
}
