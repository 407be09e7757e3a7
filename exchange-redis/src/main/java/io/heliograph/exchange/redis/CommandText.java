package io.heliograph.exchange.redis;

import io.heliograph.exchange.control.Command;
import io.heliograph.exchange.control.Command.Target;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Commands as strings: the kind, the kind and name of the target, and the other fields. */
final class CommandText {

    /** Limits the length of a command, in characters. */
    static final int MAX_LENGTH = 65_536;

    private CommandText() {}

    /**
     * Formats a command.
     *
     * @throws IllegalArgumentException if the command is too long
     */
    static String format(Command command) {
        Target target = command.target();
        String kind = switch (target) {
            case Target.User user -> "user";
            case Target.Connection connection -> "connection";
            case Target.Token token -> "token";
        };
        String name = switch (target) {
            case Target.User user -> user.name();
            case Target.Connection connection -> connection.id();
            case Target.Token token -> token.id();
        };
        String text = switch (command) {
            case Command.KickOut kickOut -> Fields.format("kick", kind, name, kickOut.channel(), kickOut.message());
            case Command.Disconnect disconnect ->
                Fields.format("disconnect", kind, name, String.valueOf(disconnect.code()), disconnect.reason());
            case Command.Revoke revoke ->
                Fields.format(
                        "revoke",
                        kind,
                        name,
                        revoke.issuedBefore().toString(),
                        revoke.until().toString());
        };
        if (text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "command: " + text.length() + " characters (expected: at most " + MAX_LENGTH + ")");
        }
        return text;
    }

    /**
     * Parses a command.
     *
     * @throws IllegalArgumentException if the command is unknown or malformed
     */
    static Command parse(String text) {
        List<@Nullable String> fields = Fields.parse(text);
        if (fields.size() != 5) {
            throw new IllegalArgumentException("command: " + fields.size() + " fields (expected: 5)");
        }
        Target target = target(required(fields, 1), required(fields, 2));
        String kind = required(fields, 0);
        try {
            return switch (kind) {
                case "kick" -> new Command.KickOut(required(fields, 3), target, fields.get(4));
                case "disconnect" ->
                    new Command.Disconnect(target, Integer.parseInt(required(fields, 3)), required(fields, 4));
                case "revoke" ->
                    new Command.Revoke(target, Instant.parse(required(fields, 3)), Instant.parse(required(fields, 4)));
                default ->
                    throw new IllegalArgumentException(
                            "command: '" + kind + "' (expected: kick, disconnect or revoke)");
            };
        } catch (DateTimeException invalid) {
            throw new IllegalArgumentException("command: " + invalid.getMessage(), invalid);
        }
    }

    private static Target target(String kind, String name) {
        return switch (kind) {
            case "user" -> new Target.User(name);
            case "connection" -> new Target.Connection(name);
            case "token" -> new Target.Token(name);
            default ->
                throw new IllegalArgumentException("target: '" + kind + "' (expected: user, connection or token)");
        };
    }

    private static String required(List<@Nullable String> fields, int index) {
        String field = fields.get(index);
        if (field == null) {
            throw new IllegalArgumentException("field " + index + ": missing (expected: a string)");
        }
        return field;
    }
}
