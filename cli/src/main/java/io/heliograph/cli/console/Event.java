package io.heliograph.cli.console;

import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.codec.Payload;
import io.heliograph.internal.Failures;
import io.heliograph.ipc.BadClientException;
import io.heliograph.ipc.DecodeException;
import io.heliograph.ipc.SendException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Event on standard output: a name and members with JSON values. */
public final class Event {

    /**
     * Member of an event.
     *
     * @param json the value, JSON on one line
     */
    public record Member(String name, String json) {}

    private final String name;
    private final List<Member> members = new ArrayList<>(4);
    private @Nullable String failureKind;

    private Event(String name) {
        this.name = name;
    }

    public static Event of(String name) {
        return new Event(name);
    }

    /** Returns a received message; {@code clientId} is empty on a client. */
    public static Event message(String clientId, String topic, Payload payload) {
        Event event = of("message");
        if (!clientId.isEmpty()) {
            event.text("clientId", clientId);
        }
        return event.text("topic", topic).json("message", Json.oneLine(payload.text()));
    }

    /** Returns a failure with its protocol name. One that repeats is printed once per interval with its number. */
    public static Event failure(String event, Throwable failure) {
        Throwable cause = Failures.unwrap(failure);
        Event result = of(event).text("name", nameOf(cause)).text("message", messageOf(cause));
        result.failureKind = event + " " + nameOf(cause);
        if (cause instanceof BadClientException bad) {
            result.text("clientId", bad.clientId());
        } else if (cause instanceof DecodeException decode) {
            decode.clientId().ifPresent(id -> result.text("clientId", id));
        }
        if (cause instanceof SendException send && send.sentTopic() != null) {
            result.text("topic", send.sentTopic());
        }
        return result;
    }

    /** Returns the response to a request. */
    public static Event answer(Payload data) {
        return new Event("").payload("data", data);
    }

    /** Returns the result of a call. */
    public static Event result(Payload result) {
        return new Event("").jsonOf("result", result);
    }

    /** Returns an event that an RPC server emitted. */
    public static Event emitted(String event, Payload params) {
        return of(event).jsonOf("params", params);
    }

    /** Returns a publication of a channel. */
    public static Event published(String channel, Payload data) {
        return of("message").text("channel", channel).payload("data", data);
    }

    /** Returns the close of a WebSocket with its code and reason. */
    public static Event closed(String event, int code, @Nullable String reason) {
        Event closed = of(event).number("code", code);
        return reason == null ? closed : closed.text("reason", reason);
    }

    /** Adds a received value; adds nothing if the value is absent. */
    public Event payload(String member, Payload value) {
        return value.isPresent() ? jsonOf(member, value) : this;
    }

    /** Adds a received value, or null if the value is absent. */
    private Event jsonOf(String member, Payload value) {
        return json(member, value.isPresent() ? Json.oneLine(Json.of(value)) : "null");
    }

    public Event text(String member, String value) {
        return json(member, Json.quote(value));
    }

    public Event number(String member, long value) {
        return json(member, Long.toString(value));
    }

    public Event json(String member, String json) {
        members.add(new Member(member, json));
        return this;
    }

    public Event reason(CloseReason reason) {
        return text("reason", describe(reason));
    }

    public String name() {
        return name;
    }

    public List<Member> members() {
        return members;
    }

    /** Returns the kind of failure, which limits how often failures are printed, or null if every event is printed. */
    @Nullable
    String failureKind() {
        return failureKind;
    }

    /** Prints this failure however often it repeats. */
    public Event unlimited() {
        failureKind = null;
        return this;
    }

    public static String messageOf(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    private static String nameOf(Throwable failure) {
        return failure instanceof HeliographException known
                ? known.errorName()
                : failure instanceof CommandFailure
                        ? "CommandError"
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
