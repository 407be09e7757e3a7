package io.heliograph.interop;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Line that a peer has printed.
 *
 * @param name name of the event
 * @param fields fields of the line, with the name under {@code event}
 * @param line the line itself
 */
record PeerEvent(String name, Map<String, @Nullable Object> fields, String line) {

    @Nullable
    Object get(String field) {
        return fields.get(field);
    }

    String text(String field) {
        return (String) fields.get(field);
    }

    String clientId() {
        return text("clientId");
    }

    /** Returns the number of the event's client, in a process with several clients. */
    int client() {
        return (int) fields.getOrDefault("client", 0);
    }

    /** Returns a message as {@code JSON.stringify} writes it; it is the last field of its line. */
    String messageJson() {
        return line.substring(line.indexOf("\"message\":", line.indexOf("\"topic\"")) + 10, line.length() - 1);
    }

    @Override
    public String toString() {
        return line.length() > 300 ? line.substring(0, 300) + "..." : line;
    }
}
