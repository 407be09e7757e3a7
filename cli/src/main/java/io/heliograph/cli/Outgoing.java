package io.heliograph.cli;

import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A line of standard input: a message to send.
 *
 * @param topic the topic, possibly empty
 * @param payload the message as it was written; null if the line has none
 * @param clientId whom it is for; null for everybody
 * @param size about how many bytes it takes
 */
record Outgoing(
        String topic, @Nullable Payload payload, @Nullable String clientId, long size) {

    private static final String EXPECTED = "{\"topic\":\"…\",\"message\":…}";
    private static final String EXPECTED_WITH_CLIENT = EXPECTED + ", to one client with \"clientId\":\"…\"";

    /**
     * Reads a line.
     *
     * @param clients whether it may name a client
     * @throws InvalidInput if it is no such object, naming what is wrong and what was expected
     */
    static Outgoing parse(String line, boolean clients) throws InvalidInput {
        String expected = " (expected: " + (clients ? EXPECTED_WITH_CLIENT : EXPECTED) + ")";
        Object value;
        try {
            value = JsonText.read(line);
        } catch (CodecException e) {
            throw new InvalidInput("no JSON: " + JsonText.problem(e) + expected);
        }
        if (!(value instanceof Map<?, ?> object)) {
            throw new InvalidInput("a JSON value that is no object" + expected);
        }
        for (Object name : object.keySet()) {
            boolean known = name.equals("topic") || name.equals("message") || (clients && name.equals("clientId"));
            if (!known) {
                throw new InvalidInput("unknown member " + JsonText.quote("" + name) + expected);
            }
        }
        String topic = text(object, "topic", expected);
        if (topic == null) {
            throw new InvalidInput("no \"topic\"" + expected);
        }
        String message = JsonText.members(line).get("message");
        return new Outgoing(
                topic,
                message == null ? null : JsonText.payload(message),
                text(object, "clientId", expected),
                line.length());
    }

    private static @Nullable String text(Map<?, ?> object, String member, String expected) throws InvalidInput {
        Object value = object.get(member);
        if (value == null && !object.containsKey(member)) {
            return null;
        }
        if (!(value instanceof String text)) {
            throw new InvalidInput("\"" + member + "\" is no string" + expected);
        }
        return text;
    }
}
