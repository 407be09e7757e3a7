package io.heliograph.cli.client;

import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.InvalidInput;
import io.heliograph.cli.console.Json;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/** Commands of {@code helio connect}, one per line, which share a connection. Thread-safe. */
final class ClientSession {

    private static final String HELP = """
            login JSON             log in with credentials
            token JWT              authenticate with a token
            whoami                 show who this connection is
            sub CHANNEL…           subscribe to channels
            unsub CHANNEL…         unsubscribe from channels
            pub CHANNEL JSON       publish
            call PROCEDURE [JSON]  call a procedure
            transmit NAME [JSON]   call a procedure without a response
            presence CHANNEL       list the members of a channel
            watch CHANNEL          list them, and show who joins and leaves
            history CHANNEL [N]    list the last publications of a channel
            procedures             list the procedures
            help                   show this list
            quit                   close the connection; so does the end of the input
            """;

    private static final List<String> COMMANDS =
            HELP.lines().map(line -> line.substring(0, line.indexOf(' '))).toList();

    private static final int MAX_HISTORY = 1000;

    /** Output of a session. */
    interface Printer {

        void print(Event event);

        /** Prints a line of text for people. */
        void printLine(String line);
    }

    private final HubClient client;
    private final Printer printer;
    private final Set<String> channels = new ConcurrentSkipListSet<>();
    private final Set<String> procedures = new ConcurrentSkipListSet<>();

    ClientSession(HubClient client, Printer printer) {
        this.client = client;
        this.printer = printer;
    }

    /** Adds a name that lines may complete. */
    void sawChannel(String name) {
        channels.add(name);
    }

    /** Asks the server for its procedures, which lines then complete. A server without such a list has none. */
    void loadProcedures() {
        client.call("helio.procedures", null).whenComplete((names, failure) -> {
            if (failure == null && names.value() instanceof List<?> list) {
                list.forEach(name -> procedures.add(String.valueOf(name)));
            }
        });
    }

    /** Returns the words that may follow the given ones. */
    List<String> candidates(List<String> before) {
        if (before.isEmpty()) {
            return COMMANDS;
        }
        boolean several = before.getFirst().endsWith("sub");
        if (before.size() > 1 && !several) {
            return List.of();
        }
        return switch (before.getFirst()) {
            case "sub", "unsub", "pub", "presence", "watch", "history" -> List.copyOf(channels);
            case "call", "transmit" -> List.copyOf(procedures);
            default -> List.of();
        };
    }

    /** Whether a line ends the session. */
    static boolean isEnd(String line) {
        return line.equals("quit") || line.equals("exit");
    }

    /**
     * Starts a command.
     *
     * @return completes when the result is printed; fails with the command
     * @throws InvalidInput if the line is no command
     */
    CompletableFuture<Void> run(String line) throws InvalidInput {
        String[] words = line.strip().split("\\s+", 2);
        String rest = words.length > 1 ? words[1] : "";
        return switch (words[0]) {
            case "login" -> client.login(json("login JSON", rest)).thenRun(() -> printer.print(Event.of("login")));
            case "token" -> client.authenticate(one("token JWT", rest)).thenRun(() -> printer.print(Event.of("login")));
            case "whoami" -> answer(client.call("helio.whoami", null));
            case "sub" -> all(names("sub CHANNEL…", rest), channel -> client.subscribe(channel, null));
            case "unsub" ->
                all(
                        names("unsub CHANNEL…", rest),
                        channel -> client.unsubscribe(channel)
                                .thenRun(() ->
                                        printer.print(Event.of("unsubscribe").text("channel", channel))));
            case "pub" -> publish(rest);
            case "call" -> call(rest);
            case "transmit" -> transmit(rest);
            case "presence" -> answer(client.call("helio.presence", HubCalls.channel(one("presence CHANNEL", rest))));
            case "watch" -> answer(client.call("helio.presence.watch", HubCalls.channel(one("watch CHANNEL", rest))));
            case "history" -> history(rest);
            case "procedures" -> answer(client.call("helio.procedures", null));
            case "help", "?" -> {
                HELP.lines().forEach(printer::printLine);
                yield CompletableFuture.completedFuture(null);
            }
            default -> throw new InvalidInput("'" + words[0] + "' (expected: " + String.join(", ", COMMANDS) + ")");
        };
    }

    private CompletableFuture<Void> publish(String rest) throws InvalidInput {
        String[] parts = parts("pub CHANNEL JSON", rest);
        channels.add(parts[0]);
        return client.publish(parts[0], json("pub CHANNEL JSON", parts[1]))
                .thenRun(() -> printer.print(Event.of("published").text("channel", parts[0])));
    }

    private CompletableFuture<Void> call(String rest) throws InvalidInput {
        String[] parts = parts("call PROCEDURE [JSON]", rest);
        return answer(client.call(parts[0], optionalJson("call PROCEDURE [JSON]", parts[1])));
    }

    private CompletableFuture<Void> transmit(String rest) throws InvalidInput {
        String[] parts = parts("transmit NAME [JSON]", rest);
        return client.transmit(parts[0], optionalJson("transmit NAME [JSON]", parts[1]));
    }

    private CompletableFuture<Void> history(String rest) throws InvalidInput {
        String form = "history CHANNEL [N], N from 1 to " + MAX_HISTORY;
        String[] parts = parts(form, rest);
        int limit = 100;
        if (!parts[1].isEmpty()) {
            try {
                limit = Integer.parseInt(parts[1]);
            } catch (NumberFormatException e) {
                throw expected(form, parts[1]);
            }
            if (limit < 1 || limit > MAX_HISTORY) {
                throw expected(form, parts[1]);
            }
        }
        return answer(client.call("helio.history", HubCalls.history(parts[0], limit)));
    }

    private CompletableFuture<Void> answer(CompletableFuture<Payload> call) {
        return call.thenAccept(data -> printer.print(Event.answer(data)));
    }

    /** Operation on one channel. */
    private interface OnChannel {
        CompletableFuture<Void> run(String channel);
    }

    private CompletableFuture<Void> all(List<String> names, OnChannel operation) {
        channels.addAll(names);
        return CompletableFuture.allOf(names.stream().map(operation::run).toArray(CompletableFuture[]::new));
    }

    // ---- arguments

    private static List<String> names(String form, String rest) throws InvalidInput {
        if (rest.isBlank()) {
            throw expected(form, rest);
        }
        return List.of(rest.strip().split("\\s+"));
    }

    private static String one(String form, String rest) throws InvalidInput {
        List<String> names = names(form, rest);
        if (names.size() > 1) {
            throw expected(form, rest);
        }
        return names.getFirst();
    }

    /** Returns a name and the rest of the line, which may be empty. */
    private static String[] parts(String form, String rest) throws InvalidInput {
        if (rest.isBlank()) {
            throw expected(form, rest);
        }
        String[] parts = rest.strip().split("\\s+", 2);
        return new String[] {parts[0], parts.length > 1 ? parts[1].strip() : ""};
    }

    private static @Nullable Payload optionalJson(String form, String text) throws InvalidInput {
        return text.isEmpty() ? null : json(form, text);
    }

    private static Payload json(String form, String text) throws InvalidInput {
        if (text.isBlank()) {
            throw expected(form, text);
        }
        try {
            Json.read(text);
        } catch (CodecException malformed) {
            throw new InvalidInput("malformed JSON: " + Json.problem(malformed) + " (expected: " + form + ")");
        }
        return Json.payload(text.strip());
    }

    private static InvalidInput expected(String form, String given) {
        return new InvalidInput("'" + given.strip() + "' (expected: " + form + ")");
    }
}
