package io.heliograph.interop;

import io.heliograph.ipc.IpcConnection;
import io.heliograph.ipc.IpcMessage;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Recorded event of a Java endpoint.
 *
 * @param name the event name of the npm package
 * @param client the connection, on a server
 * @param message the message of a message event
 * @param detail an error or close reason
 */
record Event(
        String name,
        @Nullable IpcConnection client,
        @Nullable IpcMessage message,
        @Nullable Object detail) {

    static Event of(String name) {
        return new Event(name, null, null, null);
    }

    static Event of(String name, Object detail) {
        return new Event(name, null, null, detail);
    }

    static Event of(String name, IpcConnection client) {
        return new Event(name, client, null, null);
    }

    IpcConnection from() {
        return Objects.requireNonNull(client);
    }

    String topic() {
        return Objects.requireNonNull(message).topic();
    }

    @Nullable
    Object value() {
        return Objects.requireNonNull(message).payload().value();
    }

    Throwable error() {
        return (Throwable) Objects.requireNonNull(detail);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(name);
        if (client != null) {
            text.append(" client ").append(client.id());
        }
        if (message != null) {
            String value = message.payload().text();
            text.append(' ').append(message.topic()).append(": ");
            text.append(value.length() > 200 ? value.substring(0, 200) + "..." : value);
        }
        return detail == null
                ? text.toString()
                : text.append(' ').append(detail).toString();
    }
}
