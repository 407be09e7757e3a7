package io.heliograph.cli;

import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.codec.Payload;
import io.heliograph.ipc.BadClientException;
import io.heliograph.ipc.DecodeException;
import io.heliograph.ipc.SendException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Something that happened, as it is told on standard output: a name and members, whose values are JSON. */
final class Event {

    /**
     * One member.
     *
     * @param json its value, JSON on one line
     */
    record Member(String name, String json) {}

    private final String name;
    private final List<Member> members = new ArrayList<>(4);

    private Event(String name) {
        this.name = name;
    }

    static Event of(String name) {
        return new Event(name);
    }

    /** A message that was received; {@code clientId} is empty on a client, which knows but one sender. */
    static Event message(String clientId, String topic, Payload payload) {
        Event event = of("message");
        if (!clientId.isEmpty()) {
            event.text("clientId", clientId);
        }
        return event.text("topic", topic).json("message", JsonText.oneLine(payload.text()));
    }

    /** A failure, under the name the protocol has for it. */
    static Event failure(String event, Throwable failure) {
        Throwable cause = unwrapped(failure);
        Event told = of(event).text("name", nameOf(cause)).text("message", messageOf(cause));
        if (cause instanceof BadClientException bad) {
            told.text("clientId", bad.clientId());
        } else if (cause instanceof DecodeException decode) {
            decode.clientId().ifPresent(id -> told.text("clientId", id));
        }
        if (cause instanceof SendException send && send.sentTopic() != null) {
            told.text("topic", send.sentTopic());
        }
        return told;
    }

    /** An answer to a request. */
    static Event answer(Payload data) {
        return new Event("").payload("data", data);
    }

    /** The result of a call. */
    static Event result(Payload result) {
        return new Event("").jsonOf("result", result);
    }

    /** What a server emitted to those who subscribe to it. */
    static Event emitted(String event, Payload params) {
        return of(event).jsonOf("params", params);
    }

    /** What was published to a channel. */
    static Event published(String channel, Payload data) {
        return of("message").text("channel", channel).payload("data", data);
    }

    /** The end of a connection, with the code and the words of a WebSocket. */
    static Event closed(String event, int code, @Nullable String reason) {
        Event told = of(event).number("code", code);
        return reason == null ? told : told.text("reason", reason);
    }

    /** A member whose value came over a wire, left out if there is none. */
    Event payload(String member, Payload value) {
        return value.isPresent() ? jsonOf(member, value) : this;
    }

    /** A member whose value came over a wire, null if there is none. */
    private Event jsonOf(String member, Payload value) {
        return json(member, value.isPresent() ? JsonText.oneLine(JsonText.of(value)) : "null");
    }

    Event text(String member, String value) {
        return json(member, JsonText.quote(value));
    }

    Event number(String member, long value) {
        return json(member, Long.toString(value));
    }

    Event json(String member, String json) {
        members.add(new Member(member, json));
        return this;
    }

    Event reason(CloseReason reason) {
        return text("reason", describe(reason));
    }

    String name() {
        return name;
    }

    List<Member> members() {
        return members;
    }

    /** What is behind the wrappers of a future. */
    static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException || cause instanceof ExecutionException) {
            Throwable inner = cause.getCause();
            if (inner == null) {
                break;
            }
            cause = inner;
        }
        return cause;
    }

    static String messageOf(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    private static String nameOf(Throwable failure) {
        return failure instanceof HeliographException known
                ? known.errorName()
                : failure.getClass().getSimpleName();
    }

    private static String describe(CloseReason reason) {
        return switch (reason) {
            case CloseReason.Local() -> "closed here";
            case CloseReason.Remote(int code, String text) ->
                text.isEmpty() ? "closed by the peer" : "closed by the peer: " + text;
            case CloseReason.Failed(HeliographException cause) -> messageOf(cause);
        };
    }
}
